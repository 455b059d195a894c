/** Popularity damping: well-known items give way to others that are nearly as good. */
import { elementAt, missing } from '../../contracts/element-at.ts';

/**
 * Scores less a share of their own range that grows with the logarithm of an item's interactions, so that the strength
 * means the same for every engine: at 1 the most popular item loses as much as lies between the best and the worst.
 * Items without interactions keep their scores. [n] → [n]
 *
 * @param strength 0 to 1; 0 gives the scores back
 */
export const dampPopularity = (
  scores: ArrayLike<number>,
  popularity: ArrayLike<number>,
  strength: number,
): Float64Array => {
  const damped = Float64Array.from(scores);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let most = 0;
  for (let index = 0; index < damped.length; index += 1) {
    low = Math.min(low, elementAt(damped, index));
    high = Math.max(high, elementAt(damped, index));
    most = Math.max(most, elementAt(popularity, index));
  }
  const loss = most === 0 ? 0 : (strength * (high - low)) / Math.log1p(most);
  if (loss === 0) {
    return damped;
  }
  for (let index = 0; index < damped.length; index += 1) {
    damped[index] = elementAt(damped, index) - loss * Math.log1p(popularity[index] ?? missing(popularity, index));
  }
  return damped;
};
