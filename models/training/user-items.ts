/** Which items each user met in training, as sorted lists: compact at any size of catalogue, and quick to ask. */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { missing } from '../../contracts/element-at.ts';
import { gatherIntegers } from '../numerics/gather.ts';
import { groupRows, type RowGroups, rowsOf } from '../numerics/row-groups.ts';

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

/**
 * @param byUser samples of each user, which may repeat an item
 * @param isUsed of a sample
 */
const toLists = (byUser: RowGroups, itemIndex: Int32Array, isUsed: (sample: number) => boolean): Lists => {
  const users = byUser.starts.length - 1;
  const starts = new Int32Array(users + 1);
  const items = new Int32Array(itemIndex.length);
  let end = 0;
  for (let user = 0; user < users; user += 1) {
    const samples = rowsOf(byUser, user).filter(isUsed);
    let last = -1;
    for (const item of gatherIntegers(itemIndex, samples).sort()) {
      if (item !== last) {
        items[end] = item;
        end += 1;
        last = item;
      }
    }
    starts[user + 1] = end;
  }
  return { starts, items: items.slice(0, end) };
};

const rowOf = ({ starts, items }: Lists, user: number): Int32Array => items.subarray(starts[user], starts[user + 1]);

const includes = (ascending: Int32Array, wanted: number): boolean => {
  let low = 0;
  let high = ascending.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = ascending[middle] ?? missing(ascending, middle);
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

export const createUserItems = ({ samples, userIds }: LoadedDataset): UserItems => {
  const { userIndex, itemIndex, label } = samples.train;
  const byUser = groupRows(userIndex, userIds.length);
  const met = toLists(byUser, itemIndex, () => true);
  const liked = toLists(byUser, itemIndex, (sample) => (label[sample] ?? missing(label, sample)) > 0);
  return { hasMet: (user, item) => includes(rowOf(met, user), item), liked: (user) => rowOf(liked, user) };
};
