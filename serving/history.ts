/** What the users of a bundle met. */
import { addAt, missing } from '../contracts/element-at.ts';
import type { OverlayEvent } from '../contracts/recommendation.ts';
import { breathe } from '../host/breathe.ts';
import { LIKED, PART_CODE, PART_OF_FLAG } from '../registry/bundle/bundle-files.ts';
import type { LoadedBundle } from '../registry/bundle/load-bundle.ts';

/** Which parts of the data count. */
export type Seen = 'all' | 'before_test';

type Entry = (item: number, flag: number) => void;

const forEachEntry = ({ history }: LoadedBundle, user: number, use: Entry): void => {
  const { starts, items, flags } = history;
  if (user + 1 >= starts.length) {
    return; // given online: what they met is in the overlay
  }
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

/** The number that routes; `before_test` leaves out what was met in the test part, each item once. */
export const interactionsOf = (bundle: LoadedBundle, user: number, seen: Seen): number => {
  const all = bundle.interactions[user] ?? 0;
  return seen === 'all' ? all : all - (metBy(bundle, user, 'all').length - metBy(bundle, user, seen).length);
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

type Labels = LoadedBundle['manifest']['labels'];

/**
 * Item ids to whether they are liked, the latest last: an event whose label is above 0 likes, a dislike takes that back. A
 * type that `labels` does not have says nothing.
 */
export const likesSince = (labels: Labels, events: Iterable<OverlayEvent>): ReadonlyMap<string, boolean> => {
  const isLiked = new Map<string, boolean>();
  for (const { item_id, type } of events) {
    const rule = Object.hasOwn(labels, type) ? labels[type] : undefined;
    if (rule !== undefined) {
      isLiked.delete(item_id);
      isLiked.set(item_id, rule.label > 0 && rule.weight > 0);
    }
  }
  return isLiked;
};

/** Ids of the items that somebody likes of whom nothing but events is known. */
export const likedIdsSince = (labels: Labels, events: Iterable<OverlayEvent>): readonly string[] =>
  [...likesSince(labels, events)].filter(([, isLike]) => isLike).map(([id]) => id);

/**
 * Item rows that a user likes after what happened since, whatever was liked before.
 *
 * @param rowOf undefined for an item that nobody knows
 * @param before liked as far as the bundle knows
 */
export const likedSince = (
  { manifest: { labels } }: LoadedBundle,
  rowOf: (itemId: string) => number | undefined,
  before: readonly number[],
  events: Iterable<OverlayEvent>,
): readonly number[] => {
  const since = [...likesSince(labels, events)].flatMap(([id, isLike]) => {
    const row = rowOf(id);
    return row === undefined ? [] : [{ row, isLike }];
  });
  const withdrawn = new Set(since.filter(({ isLike }) => !isLike).map(({ row }) => row));
  const added = since.filter(({ isLike }) => isLike).map(({ row }) => row);
  return [...before.filter((row) => !withdrawn.has(row)), ...added];
};

const ENTRIES_PER_BREATH = 65_536;

/** Rows of the users who met an item; one who met it in two parts comes twice. */
export type WhoMet = (item: number) => Iterable<number>;

/** Turns the histories round once: to look through all of them for each item asked about would hold up everybody. */
export const createWhoMet = async ({ history, manifest }: LoadedBundle): Promise<WhoMet> => {
  const { starts, items } = history;
  // Item i was met by users[from[i]] and those after it, up to from[i + 1].
  const from = new Int32Array(manifest.items + 1);
  for (let entry = 0; entry < items.length; entry += 1) {
    addAt(from, (items[entry] ?? missing(items, entry)) + 1, 1);
    if (entry % ENTRIES_PER_BREATH === 0) {
      await breathe();
    }
  }
  for (let item = 0; item < manifest.items; item += 1) {
    addAt(from, item + 1, from[item] ?? missing(from, item));
  }
  const users = new Int32Array(items.length);
  const next = from.slice();
  for (let entry = 0, user = 0; entry < items.length; entry += 1) {
    while (entry >= (starts[user + 1] ?? missing(starts, user + 1))) {
      user += 1;
    }
    const item = items[entry] ?? missing(items, entry);
    users[next[item] ?? missing(next, item)] = user;
    addAt(next, item, 1);
    if (entry % ENTRIES_PER_BREATH === 0) {
      await breathe();
    }
  }
  // One given online was met since, if at all.
  return (item) => (item < manifest.items ? users.subarray(from[item], from[item + 1]) : []);
};
