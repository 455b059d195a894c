import { TtExpError } from '../../contracts/errors.ts';
import type { Clock } from '../clock.ts';
import { describeProcess } from '../processes/process-identity.ts';
import { type LockHolder, tryLock } from './lock.ts';

const POLL_MS = 200;
const REPORT_EVERY_MS = 5_000;
/** How long to wait for a holder of which nobody here can tell whether it still lives. */
const UNKNOWN_WAIT_MS = 10_000;

export interface LockRequest {
  readonly folder: string;
  readonly purpose: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Called when waiting starts and every 5 s. */
  readonly onWait?: (holder: LockHolder) => void;
}

/**
 * Waits for the lock, runs `work` under it, gives it back whatever happens. Throws INTERRUPTED on abort, HOME_IN_USE
 * where the holder is on a machine that cannot be asked and does not give the lock back soon.
 */
export const withLock = async <T>(request: LockRequest, work: () => Promise<T>): Promise<T> => {
  const { folder, purpose, clock, signal, onWait } = request;
  let reportedMs = Number.NEGATIVE_INFINITY;
  const startedMs = clock.nowMs();
  for (;;) {
    if (signal?.aborted === true) {
      throw interrupted(purpose);
    }
    const attempt = await tryLock(folder, purpose, clock.nowMs());
    if (attempt.kind === 'held') {
      try {
        return await work();
      } finally {
        await attempt.lock.release();
      }
    }
    if (!attempt.holder.isKnownAlive && clock.nowMs() - startedMs > UNKNOWN_WAIT_MS) {
      throw heldElsewhere(attempt.holder, folder);
    }
    if (clock.nowMs() - reportedMs >= REPORT_EVERY_MS) {
      reportedMs = clock.nowMs();
      onWait?.(attempt.holder);
    }
    await clock.sleep(POLL_MS, signal);
  }
};

/** The error about a holder that is out of reach: neither its process id nor a signal to it means anything here. */
export const heldElsewhere = ({ process: holder, purpose, sinceMs, isKnownAlive }: LockHolder, folder: string) => {
  const who = `${describeProcess(holder)} has been ${purpose} since ${new Date(sinceMs).toISOString()}`;
  return isKnownAlive
    ? new TtExpError('HOME_IN_USE', `${who}, which cannot be stopped from here`, {
        hint: 'Run the command there, or stop that process there first, or set TT_EXP_HOME to another folder.',
      })
    : new TtExpError('HOME_IN_USE', `${who}; it is unknown whether it still runs`, {
        hint: `If it does, stop it there first. If it does not, remove ${folder} and run the command again.`,
      });
};

export const interrupted = (what: string): TtExpError =>
  new TtExpError('INTERRUPTED', `${what}: interrupted`, { hint: 'Run the same command again; that is safe.' });
