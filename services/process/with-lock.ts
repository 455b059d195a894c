import { TtExpError } from '../../contracts/errors.ts';
import type { Clock } from '../clock.ts';
import { type LockHolder, tryLock } from './lock.ts';

const POLL_MS = 200;
const REPORT_EVERY_MS = 5_000;

export interface LockRequest {
  readonly folder: string;
  readonly purpose: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Called when waiting starts and every 5 s. */
  readonly onWait?: (holder: LockHolder) => void;
}

/** Waits for the lock, runs `work` under it, gives it back whatever happens. Throws INTERRUPTED on abort. */
export const withLock = async <T>(request: LockRequest, work: () => Promise<T>): Promise<T> => {
  const { folder, purpose, clock, signal, onWait } = request;
  let reportedMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    if (signal?.aborted === true) throw interrupted(purpose);
    const attempt = await tryLock(folder, purpose, clock.nowMs());
    if (attempt.kind === 'held') {
      try {
        return await work();
      } finally {
        await attempt.lock.release();
      }
    }
    if (clock.nowMs() - reportedMs >= REPORT_EVERY_MS) {
      reportedMs = clock.nowMs();
      onWait?.(attempt.holder);
    }
    await clock.sleep(POLL_MS, signal);
  }
};

export const interrupted = (what: string): TtExpError =>
  new TtExpError('INTERRUPTED', `${what}: interrupted`, { hint: 'Run the same command again; it goes on safely.' });
