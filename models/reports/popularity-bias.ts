/** How far recommendations lean towards the items that many users met in training. */
import { elementAt } from '../../contracts/element-at.ts';
import type { PopularityBias } from '../../contracts/metrics.ts';
import { countBelow } from '../numerics/count-below.ts';

/** Share of the catalogue that each item exceeds, [items], in (0, 1); equals count half, so that the mean is 0.5. */
const popularityPercentiles = (popularity: Float32Array): Float64Array => {
  const sorted = popularity.slice().sort();
  return Float64Array.from(
    popularity,
    (value) => (countBelow(sorted, value, false) + countBelow(sorted, value, true)) / 2 / popularity.length,
  );
};

export interface BiasCollector {
  add(item: number): void;
  /** 0 where nothing was recommended. */
  bias(): PopularityBias;
}

/** @param popularity training pairs of each item, [items] */
export const collectBias = (popularity: Float32Array): BiasCollector => {
  const percentiles = popularityPercentiles(popularity);
  let recommendations = 0;
  let popularitySum = 0;
  let percentileSum = 0;
  const meanOf = (sum: number): number => (recommendations === 0 ? 0 : sum / recommendations);
  return {
    add: (item) => {
      recommendations += 1;
      popularitySum += elementAt(popularity, item);
      percentileSum += elementAt(percentiles, item);
    },
    bias: () => ({ mean_percentile: meanOf(percentileSum), average_popularity: meanOf(popularitySum) }),
  };
};
