/** Items of the training part by how many users met them, and how far recommendations lean towards the popular ones. */
import type { LoadedDataset } from '../contracts/dataset.ts';
import type { PopularityBias } from '../contracts/metrics.ts';
import { countBelow } from './count-below.ts';

/** Training pairs of each item, [items]. */
export const itemPopularity = ({ pairs, itemIds }: LoadedDataset): Float32Array => {
  const counts = new Float32Array(itemIds.length);
  for (const item of pairs.train.itemIndex) {
    counts[item] = (counts[item] ?? 0) + 1;
  }
  return counts;
};

/** Share of the catalogue that each item exceeds, [items], in (0, 1); equals count half, so that the mean is 0.5. */
export const popularityPercentiles = (popularity: Float32Array): Float64Array => {
  const sorted = popularity.slice().sort();
  return Float64Array.from(
    popularity,
    (value) => (countBelow(sorted, value, false) + countBelow(sorted, value, true)) / 2 / popularity.length,
  );
};

/** What is told about all recommended items together. */
export interface Recommendations {
  add(item: number): void;
  /** Mean information in bits, and share of the catalogue; 0 where nothing was recommended. */
  novelty(): number;
  coverage(): number;
  bias(): PopularityBias;
}

export const collectRecommendations = (dataset: LoadedDataset): Recommendations => {
  const popularity = itemPopularity(dataset);
  const percentiles = popularityPercentiles(popularity);
  const items = popularity.length;
  const total = popularity.reduce((sum, count) => sum + count, 0) + items;
  const isRecommended = new Uint8Array(items);
  let recommendations = 0;
  let information = 0;
  let popularitySum = 0;
  let percentileSum = 0;
  const meanOf = (sum: number): number => (recommendations === 0 ? 0 : sum / recommendations);
  return {
    add: (item) => {
      const count = popularity[item] ?? 0;
      isRecommended[item] = 1;
      recommendations += 1;
      information -= Math.log2((count + 1) / total);
      popularitySum += count;
      percentileSum += percentiles[item] ?? 0;
    },
    novelty: () => meanOf(information),
    coverage: () => isRecommended.reduce((sum, flag) => sum + flag, 0) / items,
    bias: () => ({ mean_percentile: meanOf(percentileSum), average_popularity: meanOf(popularitySum) }),
  };
};
