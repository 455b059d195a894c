/** The ends of a bootstrap interval. */
import { elementAt } from '../../contracts/element-at.ts';

/**
 * As many resamples above as below: (resamples + 1) * tail of them, the bound included (Davison & Hinkley 1997, 5.2.3).
 * One more would let through more than the tail, which shows where only a few lie outside.
 * @param means of the resamples; they are sorted in place
 */
export const percentileInterval = (
  means: Float64Array,
  confidence: number,
): { readonly low: number; readonly high: number } => {
  means.sort();
  const outside = Math.max(0, Math.floor(((1 - confidence) / 2) * (means.length + 1)) - 1);
  return { low: elementAt(means, outside), high: elementAt(means, means.length - 1 - outside) };
};
