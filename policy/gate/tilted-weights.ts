/** Users reweighted so that their mean difference is another one. */
import { elementAt } from '../../contracts/element-at.ts';

/** Halvings of a bracket of multipliers: as many as a double resolves. */
const BISECTIONS = 100;
/** Doublings of the bracket before the mean counts as out of reach: by then one user has all the weight. */
const DOUBLINGS = 40;

/**
 * Cumulative weights of users, last one 1, under which their mean difference is `mean`: those nearest to equal ones
 * (exponential tilting: Efron 1981; Davison & Hinkley 1997, section 4.4). Every drawn value is one that was seen: users
 * without a difference have none under the other mean either, and the unevenness stays. null unless `mean` lies
 * between the smallest and the largest difference.
 */
export const tiltedWeights = (differences: Float64Array, mean: number): Float64Array | null => {
  const offsets = differences.map((difference) => difference - mean);
  const largest = offsets.reduce((most, offset) => Math.max(most, offset), 0);
  const smallest = offsets.reduce((least, offset) => Math.min(least, offset), 0);
  if (largest === 0 || smallest === 0) {
    return null;
  }
  /** The largest is 1, so that none overflows. */
  const weightsAt = (multiplier: number): Float64Array => {
    const top = Math.max(multiplier * largest, multiplier * smallest);
    return offsets.map((offset) => Math.exp(multiplier * offset - top));
  };
  const isAbove = (multiplier: number): boolean =>
    weightsAt(multiplier).reduce((sum, weight, user) => sum + weight * elementAt(offsets, user), 0) > 0;
  let reach = 1 / Math.max(largest, -smallest);
  for (let step = 0; step < DOUBLINGS && isAbove(-reach) === isAbove(reach); step += 1) {
    reach *= 2;
  }
  let [low, high] = [-reach, reach];
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    [low, high] = isAbove(middle) ? [low, middle] : [middle, high];
  }
  const weights = weightsAt((low + high) / 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => {
    sum += weight / total;
    return sum;
  });
};
