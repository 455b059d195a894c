/** What the users of a bundle met. */
import { missing } from '../contracts/element-at.ts';
import { LIKED, PART_CODE, PART_OF_FLAG } from '../registry/bundle/bundle-files.ts';
import type { LoadedBundle } from '../registry/bundle/load-bundle.ts';

/** Which parts of the data count. */
export type Seen = 'all' | 'before_test';

type Entry = (item: number, flag: number) => void;

const forEachEntry = ({ history }: LoadedBundle, user: number, use: Entry): void => {
  const { starts, items, flags } = history;
  const end = starts[user + 1] ?? missing(starts, user + 1);
  for (let entry = starts[user] ?? missing(starts, user); entry < end; entry += 1) {
    use(items[entry] ?? missing(items, entry), flags[entry] ?? missing(flags, entry));
  }
};

/** Item rows; an item that was met in two parts comes twice. `before_test` leaves out the test part. */
export const metBy = (bundle: LoadedBundle, user: number, seen: Seen): readonly number[] => {
  const met: number[] = [];
  forEachEntry(bundle, user, (item, flag) => {
    if (seen === 'all' || (flag & PART_OF_FLAG) !== PART_CODE.test) {
      met.push(item);
    }
  });
  return met;
};

/** Item rows that the user liked; `before_test`: in training alone, as the content baseline of an evaluation takes them. */
export const likedBy = (bundle: LoadedBundle, user: number, seen: Seen): readonly number[] => {
  const liked: number[] = [];
  forEachEntry(bundle, user, (item, flag) => {
    if ((flag & LIKED) !== 0 && (seen === 'all' || (flag & PART_OF_FLAG) === PART_CODE.train)) {
      liked.push(item);
    }
  });
  return liked;
};

/** Rows of the users who met an item. */
export const whoMet = ({ history: { starts, items } }: LoadedBundle, item: number): ReadonlySet<number> => {
  const users = new Set<number>();
  let user = 0;
  for (let entry = 0; entry < items.length; entry += 1) {
    while (entry >= (starts[user + 1] ?? missing(starts, user + 1))) {
      user += 1;
    }
    if (items[entry] === item) {
      users.add(user);
    }
  }
  return users;
};
