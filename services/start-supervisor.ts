import { TtExpError } from '../contracts/errors.ts';
import type { ProgressSink } from '../contracts/services.ts';
import type { Clock } from '../host/clock.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import type { Launch } from '../host/processes/launch-process.ts';
import { launchProcess } from '../host/processes/launch-process.ts';
import { tailLog } from '../host/processes/log-file.ts';
import { isProcessAlive } from '../host/processes/process-identity.ts';
import { serviceMarker } from '../host/processes/process-members.ts';
import type { Variables } from '../host/processes/variables.ts';
import { remedyFor } from './start-failure.ts';
import { SUPERVISOR } from './supervisor.ts';

export interface SupervisorStart {
  readonly layout: HomeLayout;
  /** How to start the supervisor where none runs. */
  readonly supervisor: Launch;
  readonly environment: Variables;
  readonly clock: Clock;
  readonly progress: ProgressSink;
}

const MOST_SUPERVISOR_STARTS = 3;
const LOG_LINES = 8;

/** Starts supervisors one at a time; one that ends again and again is an error with its last words. */
export class SupervisorStarter {
  readonly #request: SupervisorStart;
  #started: Awaited<ReturnType<typeof launchProcess>> | null = null;
  #starts = 0;

  constructor(request: SupervisorStart) {
    this.#request = request;
  }

  async startUnlessStarting(): Promise<void> {
    const { layout, supervisor, environment, clock, progress } = this.#request;
    if (this.#started !== null && isProcessAlive(this.#started.identity)) {
      return;
    }
    const logFile = layout.logFile(SUPERVISOR);
    if (this.#started !== null && this.#starts >= MOST_SUPERVISOR_STARTS) {
      const lines = await tailLog(logFile, LOG_LINES, this.#started.logOffsetBytes);
      throw new TtExpError(
        'SERVICE_START_FAILED',
        `supervisor: exited ${this.#starts} times right after starting (${lines.slice(-3).join(' | ') || 'no output'})`,
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
