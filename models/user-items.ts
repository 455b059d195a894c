/** Which items each user met in training, as sorted lists: compact at any size of catalogue, and quick to ask. */
import type { LoadedDataset } from '../contracts/dataset.ts';

export interface UserItems {
  /** Whether the user has a training sample of the item, negative ones included. */
  hasMet(user: number, item: number): boolean;
  /** Items that the user met with a positive label, ascending; a view, not to be changed. */
  liked(user: number): Int32Array;
}

interface Lists {
  /** Items of user u: items[starts[u]] … items[starts[u + 1] - 1], distinct and ascending. */
  readonly starts: Int32Array;
  readonly items: Int32Array;
}

/** @param keys user × items + item; any order, repetitions allowed */
const toLists = (keys: readonly number[], users: number, items: number): Lists => {
  const sorted = Float64Array.from(new Set(keys)).sort();
  const starts = new Int32Array(users + 1);
  for (const key of sorted) {
    const next = Math.floor(key / items) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let user = 0; user < users; user += 1) {
    starts[user + 1] = (starts[user + 1] ?? 0) + (starts[user] ?? 0);
  }
  return { starts, items: Int32Array.from(sorted, (key) => key % items) };
};

const rowOf = ({ starts, items }: Lists, user: number): Int32Array => items.subarray(starts[user], starts[user + 1]);

const includes = (ascending: Int32Array, wanted: number): boolean => {
  let low = 0;
  let high = ascending.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = ascending[middle] ?? 0;
    if (value === wanted) {
      return true;
    }
    if (value < wanted) {
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return false;
};

export const createUserItems = ({ samples, userIds, itemIds }: LoadedDataset): UserItems => {
  const { userIndex, itemIndex, label } = samples.train;
  const keys = Array.from(userIndex, (user, sample) => user * itemIds.length + (itemIndex[sample] ?? 0));
  const met = toLists(keys, userIds.length, itemIds.length);
  const liked = toLists(
    keys.filter((_, sample) => (label[sample] ?? 0) > 0),
    userIds.length,
    itemIds.length,
  );
  return { hasMet: (user, item) => includes(rowOf(met, user), item), liked: (user) => rowOf(liked, user) };
};
