/** What every user met in the parts of a dataset version, as a bundle keeps it. */
import { type LoadedDataset, SPLIT_NAMES } from '../../contracts/dataset.ts';
import { addAt, missing } from '../../contracts/element-at.ts';
import { LIKED, PART_CODE } from './bundle-files.ts';

/** Entries by user, then by part, then by item. */
export const historyOf = ({ pairs, userIds }: Pick<LoadedDataset, 'pairs' | 'userIds'>) => {
  const starts = new Int32Array(userIds.length + 1);
  for (const part of SPLIT_NAMES) {
    for (const user of pairs[part].userIndex) {
      addAt(starts, user + 1, 1);
    }
  }
  for (let user = 0; user < userIds.length; user += 1) {
    addAt(starts, user + 1, starts[user] ?? missing(starts, user));
  }
  const next = starts.slice();
  const items = new Int32Array(starts[userIds.length] ?? 0);
  const flags = new Uint8Array(items.length);
  for (const part of SPLIT_NAMES) {
    const { userIndex, itemIndex, gain } = pairs[part];
    for (const [pair, user] of userIndex.entries()) {
      const entry = next[user] ?? missing(next, user);
      items[entry] = itemIndex[pair] ?? missing(itemIndex, pair);
      flags[entry] = PART_CODE[part] + ((gain[pair] ?? missing(gain, pair)) > 0 ? LIKED : 0);
      addAt(next, user, 1);
    }
  }
  return { starts, items, flags };
};
