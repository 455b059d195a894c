/** The first places of every test user by the evaluation, and what a served list is worth by the same measure. */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import { dotScorer } from '../../models/evaluation/dot-scorer.ts';
import { evaluateScorer, type WantedItems } from '../../models/evaluation/evaluate-scorer.ts';
import { CUT_OFF, measureRanking } from '../../models/evaluation/ranking.ts';
import { pairsByUser, rowsOf } from '../../models/numerics/row-groups.ts';
import type { EmbeddedDataset } from '../../registry/load-model.ts';

export interface OfflineList {
  /** Row in the dataset version. */
  readonly user: number;
  /** The first ten items, as rows. */
  readonly items: readonly number[];
  readonly wanted: WantedItems;
  readonly ndcg: number;
}

export interface OfflineEvaluation {
  /** Mean over the lists. */
  readonly ndcg: number;
  /** Of every judged user, ascending. */
  readonly lists: readonly OfflineList[];
}

interface Judging {
  readonly dataset: LoadedDataset;
  readonly relevanceThreshold: number;
}

/** As the gate's evaluation ranks the test part. Needs an active TensorFlow. */
export const evaluateOffline = (
  { users, items, dim }: Pick<EmbeddedDataset, 'users' | 'items' | 'dim'>,
  { dataset, relevanceThreshold }: Judging,
  onBlock: () => void,
): OfflineEvaluation => {
  const lists: OfflineList[] = [];
  const { summary } = evaluateScorer({
    ...{ scorer: dotScorer(users, items, dim), dataset, split: 'test', relevanceThreshold, onBlock },
    onUser: ({ user, top, wanted, ranking }) =>
      lists.push({ user, items: [...top.subarray(0, CUT_OFF)], wanted, ndcg: ranking.ndcg }),
  });
  return { ndcg: summary.ndcg_at_10, lists };
};

/** NDCG@10 of a list, by the evaluation's formula. @param items rows, best first; null for an unknown one */
export const ndcgOf = (
  items: readonly (number | null)[],
  { items: wanted, gains }: WantedItems,
  relevanceThreshold: number,
): number => {
  const ranks = wanted.map((item) => {
    const place = items.indexOf(item);
    return place < 0 || place >= CUT_OFF ? CUT_OFF + 1 : place + 1;
  });
  return measureRanking({ ranks, gains, relevanceThreshold }).ndcg;
};

/** Whether a user met an item before the test part. */
export const metBeforeTest = ({ pairs, userIds }: LoadedDataset): ((user: number, item: number) => boolean) => {
  const parts = [pairs.train, pairs.validation].map((part) => pairsByUser(part, userIds.length));
  return (user, item) =>
    parts.some((part) => rowsOf(part, user).some((row) => elementAt(part.pairs.itemIndex, row) === item));
};
