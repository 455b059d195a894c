import { exists } from '../host/files/file-errors.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { desiredNames } from './build-services.ts';
import { readDesired } from './desired-services.ts';
import { type SupervisorStart, SupervisorStarter } from './start-supervisor.ts';
import { SUPERVISOR } from './supervisor.ts';
import { readSupervisor } from './supervisor-state.ts';

const LOOK_EVERY_MS = 2_000;
/** After a supervisor that ended right after each of its starts. */
const REST_MS = 30_000;

/** One that was told to stop, by `tt-exp down` or a signal, takes its state with it. */
const hasDied = async (layout: HomeLayout): Promise<boolean> => {
  if ((await readSupervisor(layout)) !== null || !(await exists(layout.supervisorFile))) {
    return false;
  }
  const desired = await readDesired(layout);
  return desired !== null && !desired.isDown && desiredNames(desired).length > 0;
};

/**
 * Starts the supervisor again whenever it died, until the signal aborts. For commands that stay while an experiment runs:
 * without a supervisor nobody restarts a server or a worker. Never rejects.
 */
export const keepSupervised = async (request: SupervisorStart & { readonly signal: AbortSignal }): Promise<void> => {
  const { layout, clock, progress, signal } = request;
  let starter: SupervisorStarter | null = null;
  while (!signal.aborted) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    if (signal.aborted) {
      return;
    }
    try {
      if (await hasDied(layout)) {
        if (starter === null) {
          progress({ part: SUPERVISOR, step: 'start', message: 'died and is being restarted' });
        }
        starter ??= new SupervisorStarter(request);
        await starter.startUnlessStarting();
      } else if (starter !== null) {
        starter = null;
        progress({ part: SUPERVISOR, step: 'ready', message: 'is up' });
      }
    } catch (error) {
      starter = null;
      progress({ part: SUPERVISOR, step: 'start', message: error instanceof Error ? error.message : String(error) });
      await clock.sleep(REST_MS, signal);
    }
  }
};
