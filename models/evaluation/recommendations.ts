/** What all first places together say: how much of the catalogue they cover, and how little known it is. */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { addAt, elementAt } from '../../contracts/element-at.ts';

/** Training pairs of each item, [items]. */
export const itemPopularity = ({ pairs, itemIds }: LoadedDataset): Float32Array => {
  const counts = new Float32Array(itemIds.length);
  for (const item of pairs.train.itemIndex) {
    addAt(counts, item, 1);
  }
  return counts;
};

export interface Recommendations {
  add(item: number): void;
  /** Mean information in bits, and share of the catalogue; 0 where nothing was recommended. */
  novelty(): number;
  coverage(): number;
}

export const collectRecommendations = (dataset: LoadedDataset): Recommendations => {
  const popularity = itemPopularity(dataset);
  const items = popularity.length;
  const total = popularity.reduce((sum, count) => sum + count, 0) + items;
  const isRecommended = new Uint8Array(items);
  let recommendations = 0;
  let information = 0;
  return {
    add: (item) => {
      isRecommended[item] = 1;
      recommendations += 1;
      information -= Math.log2((elementAt(popularity, item) + 1) / total);
    },
    novelty: () => (recommendations === 0 ? 0 : information / recommendations),
    coverage: () => isRecommended.reduce((sum, flag) => sum + flag, 0) / items,
  };
};
