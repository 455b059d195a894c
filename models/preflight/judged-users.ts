/**
 * Who is judged by what, worked out from the pairs alone. It repeats the rules of docs/metrics.md and shares no code with
 * the evaluation: what checks the evaluation must not be made of it.
 */
import type { LoadedDataset, SplitName } from '../../contracts/dataset.ts';
import { missing } from '../../contracts/element-at.ts';

export type JudgedSplit = Exclude<SplitName, 'train'>;

export interface JudgedUser {
  readonly user: number;
  /** Items of earlier parts: no candidates. */
  readonly met: ReadonlySet<number>;
  /** Candidates with a gain, and it, the greatest first. */
  readonly wanted: readonly { readonly item: number; readonly gain: number }[];
}

export const DEPTH = 10;

/** Users with a relevant candidate, ascending. */
export const judgedUsers = (
  { pairs, userIds }: LoadedDataset,
  split: JudgedSplit,
  relevanceThreshold: number,
): readonly JudgedUser[] => {
  const met = userIds.map(() => new Set<number>());
  for (const part of split === 'test' ? (['train', 'validation'] as const) : (['train'] as const)) {
    const { userIndex, itemIndex } = pairs[part];
    for (const [row, user] of userIndex.entries()) {
      met[user]?.add(itemIndex[row] ?? missing(itemIndex, row));
    }
  }
  const wanted = userIds.map((): { item: number; gain: number }[] => []);
  const { userIndex, itemIndex, gain } = pairs[split];
  for (const [row, user] of userIndex.entries()) {
    const item = itemIndex[row] ?? missing(itemIndex, row);
    const value = gain[row] ?? missing(gain, row);
    if (value > 0 && met[user]?.has(item) === false) {
      wanted[user]?.push({ item, gain: value });
    }
  }
  return wanted.flatMap((items, user) =>
    items.some(({ gain: value }) => value >= relevanceThreshold)
      ? [{ user, met: met[user] ?? new Set(), wanted: items.sort((a, b) => b.gain - a.gain) }]
      : [],
  );
};

/** NDCG@10 of the user's ranking, from the gains at its first ranks. */
export const ndcgOf = (gains: readonly number[], { wanted }: JudgedUser): number => {
  const gainAt = (list: readonly number[]): number =>
    list.slice(0, DEPTH).reduce((sum, gain, place) => sum + gain / Math.log2(place + 2), 0);
  return gainAt(gains) / gainAt(wanted.map(({ gain }) => gain));
};
