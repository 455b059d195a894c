import type { LoadedDataset, PairArrays } from '../../contracts/dataset.ts';

/** A user counts when a test pair's label reaches this; float32 holds 0.4 as a little more. */
const RELEVANT = 0.4;

const byUser = (pairs: PairArrays): Map<number, Map<number, number>> => {
  const users = new Map<number, Map<number, number>>();
  pairs.userIndex.forEach((user, row) => {
    const items = users.get(user) ?? new Map<number, number>();
    items.set(pairs.itemIndex[row] ?? 0, pairs.gain[row] ?? 0);
    users.set(user, items);
  });
  return users;
};

const discounted = (gains: readonly number[]): number =>
  gains.slice(0, 10).reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0);

/** Mean test NDCG@10 over the full catalogue minus what a user met before, written as plainly as can be. */
export const meanNdcgAt10 = (dataset: LoadedDataset, score: (user: number, item: number) => number): number => {
  const train = byUser(dataset.pairs.train);
  const validation = byUser(dataset.pairs.validation);
  const values: number[] = [];
  for (const [user, gains] of byUser(dataset.pairs.test)) {
    if (![...gains.values()].some((gain) => gain >= RELEVANT)) {
      continue;
    }
    const candidates = [...dataset.itemIds.keys()]
      .filter((item) => !train.get(user)?.has(item) && !validation.get(user)?.has(item))
      .map((item) => ({ item, score: score(user, item) }))
      .sort((left, right) => right.score - left.score || left.item - right.item);
    const ideal = [...gains.values()].sort((left, right) => right - left);
    values.push(discounted(candidates.map(({ item }) => gains.get(item) ?? 0)) / discounted(ideal));
  }
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};
