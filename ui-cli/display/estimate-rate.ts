/** How fast work goes that counts what it does, and how long the rest of it takes. Pure. */
import type { WorkCount } from '../../contracts/work-count.ts';

/** An estimate of less is that of a start: caches are cold, and one slow piece is all there is. */
const LEAST_SECONDS = 2;
const LEAST_SHARE = 0.01;

export interface RateEstimate {
  /** What was known before does not count; null before anything was made. */
  readonly perSecond: number | null;
  /** null while it would mean nothing, and when all is done. */
  readonly secondsLeft: number | null;
}

/**
 * From all of the work so far: what is left takes longer than any burst of load.
 * @param seconds since the work began
 */
export const estimateRate = ({ done, total, cached = 0 }: WorkCount, seconds: number): RateEstimate => {
  const made = done - cached;
  const left = total - done;
  if (made <= 0 || seconds <= 0) {
    return { perSecond: null, secondsLeft: null };
  }
  const perSecond = made / seconds;
  const isKnown = left > 0 && seconds >= LEAST_SECONDS && made >= LEAST_SHARE * (made + left);
  return { perSecond, secondsLeft: isKnown ? left / perSecond : null };
};
