import { TtExpError } from '../contracts/errors.ts';
import { desiredNames } from './build-services.ts';
import type { Clock } from './clock.ts';
import { type DesiredServices, readDesired } from './desired-services.ts';
import type { HomeLayout } from './home-layout.ts';
import type { Launch } from './managed-service.ts';
import { launchProcess } from './process/launch-process.ts';
import { tailLog } from './process/log-file.ts';
import { isProcessAlive } from './process/process-identity.ts';
import { serviceMarker } from './process/process-members.ts';
import { interrupted } from './process/with-lock.ts';
import type { Environment, ProgressSink } from './progress.ts';
import type { ServiceReport } from './service-report.ts';
import { remedyFor, toStartError } from './start-failure.ts';
import { SUPERVISOR } from './supervisor.ts';
import { readSupervisor } from './supervisor-state.ts';

export interface WaitRequest {
  readonly layout: HomeLayout;
  readonly desired: DesiredServices;
  /** How to start the supervisor where none runs. */
  readonly supervisor: Launch;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly progress: ProgressSink;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const POLL_MS = 100;
const MOST_SUPERVISOR_STARTS = 3;
const LOG_LINES = 8;

/**
 * Starts the supervisor unless it runs, and waits until everything that is desired is healthy. An abort ends only the
 * waiting. Throws SERVICE_START_FAILED as soon as a service is given up, TIMED_OUT, INTERRUPTED.
 */
export const waitUntilUp = async (request: WaitRequest): Promise<void> => {
  const { layout, clock, progress, timeoutMs, signal } = request;
  const reported = new Map<string, string>();
  const deadlineMs = clock.nowMs() + timeoutMs;
  const starter = new SupervisorStarter(request);
  for (;;) {
    if (signal?.aborted === true) throw interrupted('waiting for the services');
    const supervisor = await readSupervisor(layout);
    if (supervisor === null) await starter.startUnlessStarting();
    // Somebody else may have asked for more since: what is desired last is what the supervisor answers to.
    const desired = (await readDesired(layout)) ?? request.desired;
    if (desired.isDown) throw takenDown();
    const names = desiredNames(desired);
    const state = supervisor?.state ?? null;
    const isCurrent = state !== null && state.revision === desired.revision && !state.isStopping;
    const reports = isCurrent ? state.services : {};
    for (const [name, report] of Object.entries(reports)) tell(name, report, reported, progress);
    for (const name of names) {
      const report = reports[name];
      if (report?.state === 'failed') throw toStartError(name, report, layout.logFile(name));
    }
    if (isCurrent && names.every((name) => reports[name]?.state === 'healthy')) return;
    if (clock.nowMs() > deadlineMs) throw timedOut(names, reports, timeoutMs, layout);
    await clock.sleep(POLL_MS, signal);
  }
};

const takenDown = (): TtExpError =>
  new TtExpError('INTERRUPTED', 'services: stopped by `tt-exp down` while they were awaited', {
    hint: 'Run the same command again if they are still wanted.',
  });

const tell = (name: string, report: ServiceReport, reported: Map<string, string>, progress: ProgressSink): void => {
  const key = `${report.state} ${report.restarts}`;
  if (reported.get(name) === key) return;
  reported.set(name, key);
  if (report.state === 'healthy') progress({ part: name, step: 'ready', message: 'is up' });
  else if (report.restarts > 0) progress({ part: name, step: 'start', message: `starts again: ${report.lastError}` });
  else if (report.state === 'starting') progress({ part: name, step: 'start', message: 'starts' });
};

const timedOut = (
  names: readonly string[],
  reports: Readonly<Record<string, ServiceReport>>,
  timeoutMs: number,
  layout: HomeLayout,
): TtExpError => {
  const late = names.filter((name) => reports[name]?.state !== 'healthy');
  const states = late.map((name) => `${name} is ${reports[name]?.state ?? 'unknown'}`).join(', ');
  return new TtExpError(
    'TIMED_OUT',
    `services: ${states || 'the supervisor does not answer'} after ${timeoutMs / 1000} s, expected all healthy`,
    {
      hint: `Read ${layout.logFile(late[0] ?? SUPERVISOR)}; they go on starting, so \`tt-exp status\` may show them up soon.`,
    },
  );
};

/** Starts supervisors one at a time; one that ends again and again is an error with its last words. */
class SupervisorStarter {
  readonly #request: WaitRequest;
  #started: Awaited<ReturnType<typeof launchProcess>> | null = null;
  #starts = 0;

  constructor(request: WaitRequest) {
    this.#request = request;
  }

  async startUnlessStarting(): Promise<void> {
    const { layout, supervisor, environment, clock, progress } = this.#request;
    if (this.#started !== null && isProcessAlive(this.#started.identity)) return;
    const logFile = layout.logFile(SUPERVISOR);
    if (this.#started !== null && this.#starts >= MOST_SUPERVISOR_STARTS) {
      const lines = await tailLog(logFile, LOG_LINES, this.#started.logOffsetBytes);
      throw new TtExpError(
        'SERVICE_START_FAILED',
        `supervisor: ended ${this.#starts} times right after its start (${lines.slice(-3).join(' | ') || 'no output'})`,
        { hint: remedyFor(lines, logFile, layout.home), details: { logFile, lastLines: lines } },
      );
    }
    this.#starts++;
    progress({ part: SUPERVISOR, step: 'start', message: 'starts' });
    this.#started = await launchProcess({
      name: SUPERVISOR,
      launch: supervisor,
      marker: serviceMarker(layout.home, SUPERVISOR),
      environment,
      folder: layout.home,
      logFile,
      nowMs: clock.nowMs(),
    });
  }
}
