/** What the users of a bundle met. */
import { missing } from '../contracts/element-at.ts';
import type { OverlayEvent } from '../contracts/recommendation.ts';
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

/**
 * Item rows that a user likes after what happened since: an event whose label is above 0 adds its item, a dislike takes it
 * away, whatever was liked before. A type that `labels` does not have changes nothing.
 *
 * @param before liked as far as the bundle knows
 */
export const likedSince = (
  { items, manifest: { labels } }: LoadedBundle,
  before: readonly number[],
  events: Iterable<OverlayEvent>,
): readonly number[] => {
  const isLiked = new Map<number, boolean>();
  for (const { item_id, type } of events) {
    const row = items.rows.get(item_id);
    const rule = Object.hasOwn(labels, type) ? labels[type] : undefined;
    if (row !== undefined && rule !== undefined) {
      isLiked.delete(row);
      isLiked.set(row, rule.label > 0 && rule.weight > 0);
    }
  }
  const added = [...isLiked].filter(([, isLike]) => isLike).map(([row]) => row);
  return [...before.filter((row) => isLiked.get(row) !== false), ...added];
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
