/** The champion, for a server that has no bundle to begin with: MLflow may be starting as well. */
import { isOutOfReach, toErrorRecord } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { Clock } from '../../host/clock.ts';
import type { ChampionSource, ServedVersion } from './champion-source.ts';

const LONGEST_WAIT_MS = 30_000;
const ASK_EVERY_MS = 2_000;

/** Throws what the last answer was that had the time for one, once MLflow has had its time, and the signal's reason. */
export const awaitChampion = async ({
  source,
  clock,
  log,
  signal,
}: {
  readonly source: Pick<ChampionSource, 'champion'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<ServedVersion | null> => {
  const endMs = clock.nowMs() + LONGEST_WAIT_MS;
  // The last one has what is left of the time, and may say no more than that it was too short.
  let before: unknown;
  for (;;) {
    try {
      return await source.champion(endMs - clock.nowMs(), signal);
    } catch (error) {
      signal.throwIfAborted();
      const leftMs = endMs - clock.nowMs();
      if (!isOutOfReach(error)) {
        throw error;
      }
      if (leftMs <= ASK_EVERY_MS) {
        throw before ?? error;
      }
      before = error;
      log('warn', `${toErrorRecord(error).message}; waiting for it, ${Math.round(leftMs / 1000)} s at most`);
      await clock.sleep(ASK_EVERY_MS, signal);
      signal.throwIfAborted();
    }
  }
};
