import { TtExpError } from '../contracts/errors.ts';
import type { ProgressSink } from '../contracts/services.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { interrupted } from '../host/locks/with-lock.ts';
import { desiredNames } from './build-services.ts';
import { type DesiredServices, readDesired } from './desired-services.ts';
import type { ServiceReport } from './service-report.ts';
import { fullDiskNote, toStartError } from './start-failure.ts';
import { type SupervisorStart, SupervisorStarter } from './start-supervisor.ts';
import { SUPERVISOR } from './supervisor.ts';
import { readOwnSupervisor } from './supervisor-state.ts';

export interface WaitRequest extends SupervisorStart {
  readonly desired: DesiredServices;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const POLL_MS = 100;
/** A server may fill a small disk for a moment; after this long nothing more comes up. */
const FULL_DISK_LIMIT_MS = 10_000;

/**
 * Starts the supervisor unless it runs, and waits until everything that is desired is healthy. An abort ends only the
 * waiting. Throws SERVICE_START_FAILED as soon as a service is given up, DISK_FULL, TIMED_OUT, INTERRUPTED.
 */
export const waitUntilUp = async (request: WaitRequest): Promise<void> => {
  const { layout, clock, progress, timeoutMs, signal } = request;
  const reported = new Map<string, string>();
  const deadlineMs = clock.nowMs() + timeoutMs;
  const starter = new SupervisorStarter(request);
  let roomSeenMs = clock.nowMs();
  for (;;) {
    if (signal?.aborted === true) {
      throw interrupted('waiting for the services');
    }
    const supervisor = await readOwnSupervisor(layout);
    if (supervisor === null) {
      await starter.startUnlessStarting();
    }
    // Somebody else may have asked for more since: what is desired last is what the supervisor answers to.
    const desired = (await readDesired(layout)) ?? request.desired;
    if (desired.isDown) {
      throw takenDown();
    }
    const names = desiredNames(desired);
    const state = supervisor?.state ?? null;
    const isCurrent = state !== null && state.revision === desired.revision && !state.isStopping;
    const reports = isCurrent ? state.services : {};
    for (const [name, report] of Object.entries(reports)) {
      tell(name, report, reported, progress);
    }
    for (const name of names) {
      const report = reports[name];
      if (report?.state === 'failed') {
        throw toStartError(name, report, layout.logFile(name));
      }
    }
    if (isCurrent && names.every((name) => reports[name]?.state === 'healthy')) {
      return;
    }
    if ((await fullDiskNote(layout.home)).length === 0) {
      roomSeenMs = clock.nowMs();
    }
    // The supervisor cannot write down how its services fare.
    if (clock.nowMs() - roomSeenMs > FULL_DISK_LIMIT_MS) {
      throw diskFull(names, reports, layout);
    }
    if (clock.nowMs() > deadlineMs) {
      throw timedOut(names, reports, timeoutMs, layout);
    }
    await clock.sleep(POLL_MS, signal);
  }
};

const takenDown = (): TtExpError =>
  new TtExpError('INTERRUPTED', 'services: stopped by `tt-exp down` while this command was waiting for them', {
    hint: 'Run the same command again if you still need them.',
  });

const tell = (name: string, report: ServiceReport, reported: Map<string, string>, progress: ProgressSink): void => {
  const key = `${report.state} ${report.restarts}`;
  if (reported.get(name) === key) {
    return;
  }
  reported.set(name, key);
  if (report.state === 'healthy') {
    progress({ part: name, step: 'ready', message: 'is up' });
  } else if (report.restarts > 0) {
    progress({ part: name, step: 'start', message: `restarting: ${report.lastError}` });
  } else if (report.state === 'starting') {
    progress({ part: name, step: 'start', message: 'starts' });
  }
};

type Reports = Readonly<Record<string, ServiceReport>>;

const lateOf = (names: readonly string[], reports: Reports) => {
  const late = names.filter((name) => reports[name]?.state !== 'healthy');
  return { late, states: late.map((name) => `${name} is ${reports[name]?.state ?? 'unknown'}`).join(', ') };
};

const diskFull = (names: readonly string[], reports: Reports, { home }: HomeLayout): TtExpError =>
  new TtExpError('DISK_FULL', `services: no space is left below ${home}; ${lateOf(names, reports).states}`, {
    hint: `Free space on the disk that holds ${home}, then run \`tt-exp up\`.`,
  });

const timedOut = (names: readonly string[], reports: Reports, timeoutMs: number, layout: HomeLayout): TtExpError => {
  const { late, states } = lateOf(names, reports);
  return new TtExpError(
    'TIMED_OUT',
    `services: ${states || 'the supervisor does not answer'} after ${timeoutMs / 1000} s, expected all healthy`,
    {
      hint: `Read ${layout.logFile(late[0] ?? SUPERVISOR)}; they are still being started, so check \`tt-exp status\` again soon.`,
    },
  );
};
