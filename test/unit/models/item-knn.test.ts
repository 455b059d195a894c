import { describe, expect, it } from 'vitest';
import type { LoadedDataset } from '../../../contracts/dataset.ts';
import { itemKnnScorer } from '../../../models/reports/item-knn.ts';
import { createToyDataset } from '../../support/toy-dataset.ts';

const trained = (users: number, items: number, rows: readonly (readonly [number, number, number])[]): LoadedDataset => {
  const toy = createToyDataset({ users, items, pairsPerUser: 0, seed: 1 });
  const train = {
    userIndex: Int32Array.from(rows, ([user]) => user),
    itemIndex: Int32Array.from(rows, ([, item]) => item),
    gain: Float32Array.from(rows, ([, , gain]) => gain),
  };
  return { ...toy, pairs: { ...toy.pairs, train } };
};

const scoresOf = (dataset: LoadedDataset, user: number): number[] => {
  const open = itemKnnScorer(dataset)();
  try {
    return [...open.scores(Int32Array.of(user))];
  } finally {
    open.close();
  }
};

describe('models/item-knn', () => {
  it('an item scores its shrunk cosine to what the user met with a gain', () => {
    const dataset = trained(4, 4, [
      [0, 0, 1],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 0.4],
      [1, 2, 1],
      [2, 0, 1],
      [2, 3, 0],
    ]);
    // Users of item 0: 0, 1, 2; of item 1: 0, 1; of item 2: 1; of item 3: none, as a gain of 0 is no sign of liking.
    // User 2 met item 0: to item 1 the cosine is 2 / (sqrt(3 * 2) + 10), to item 2 it is 1 / (sqrt(3) + 10).
    const scores = scoresOf(dataset, 2);
    expect(scores[0]).toBe(0);
    expect(scores[1]).toBeCloseTo(2 / (Math.sqrt(6) + 10), 6);
    expect(scores[2]).toBeCloseTo(1 / (Math.sqrt(3) + 10), 6);
    expect(scores[3]).toBe(0);
  });

  it('a user without history gets the popularity', () => {
    const dataset = trained(3, 3, [
      [0, 1, 1],
      [1, 1, 1],
      [1, 2, 1],
      [2, 0, 0],
    ]);
    expect(scoresOf(dataset, 2)).toEqual([1, 2, 1]);
  });

  it('only the hundred nearest items of an item count', () => {
    // Item 0 was met with items 1 … 120 by one user each, with item 1 … 20 by a second one: those come first, then the
    // lower index.
    const rows: [number, number, number][] = [];
    for (let other = 1; other <= 120; other += 1) {
      rows.push([other - 1, 0, 1], [other - 1, other, 1]);
    }
    for (let other = 101; other <= 120; other += 1) {
      rows.push([other + 19, 0, 1], [other + 19, other, 1]);
    }
    const dataset = trained(
      261,
      121,
      [...rows, [260, 80, 1], [259, 81, 1], [258, 120, 1]].sort(
        (a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0),
      ) as [number, number, number][],
    );
    // Nearest of item 0: items 101 … 120, then the 80 lowest of those met together once; 80 and 81 have one more user each.
    expect(scoresOf(dataset, 258)[0]).toBeGreaterThan(0);
    expect(scoresOf(dataset, 260)[0]).toBe(0);
  });
});
