/** Full-catalogue evaluation: every user of a split ranks all items it had not met in the earlier splits. */
import type { LoadedDataset, PairArrays, SplitName } from '../contracts/dataset.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { EvaluationSummary } from '../contracts/metrics.ts';
import { CUT_OFF, rankUser, topItems, type UserRanking } from './ranking.ts';

/** Scores of users [from, to) for all items, row-major [to - from, items]; the caller may overwrite them. */
export type Scorer = (from: number, to: number) => Float32Array;

export interface EvaluationOptions {
  readonly scorer: Scorer;
  readonly dataset: LoadedDataset;
  readonly split: Exclude<SplitName, 'train'>;
  /** Least gain that counts as relevant for all metrics but NDCG. */
  readonly relevanceThreshold: number;
}

export interface Evaluation {
  readonly summary: EvaluationSummary;
  /** Users that entered the means, ascending, and their NDCG@10. */
  readonly perUser: { readonly userIndex: readonly number[]; readonly ndcg: readonly number[] };
}

const USERS_PER_BLOCK = 256;

const EARLIER: Readonly<Record<EvaluationOptions['split'], readonly SplitName[]>> = {
  validation: ['train'],
  test: ['train', 'validation'],
};

/** Per user the positions of its pairs. */
const rowsByUser = ({ userIndex }: PairArrays, users: number): readonly number[][] => {
  const rows = Array.from({ length: users }, (): number[] => []);
  for (const [row, user] of userIndex.entries()) {
    rows[user]?.push(row);
  }
  return rows;
};

/** Items of each user in the training pairs, counted; the popularity that novelty and a baseline use. [items] */
export const itemPopularity = ({ pairs, itemIds }: LoadedDataset): Float32Array => {
  const counts = new Float32Array(itemIds.length);
  for (const item of pairs.train.itemIndex) {
    counts[item] = (counts[item] ?? 0) + 1;
  }
  return counts;
};

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** NaN compares as false with everything and would rank first. */
const requireNumbers = (block: Float32Array, from: number, { userIds, itemIds }: LoadedDataset): void => {
  const at = block.findIndex(Number.isNaN);
  if (at >= 0) {
    const user = userIds[from + Math.floor(at / itemIds.length)];
    const item = itemIds[at % itemIds.length];
    throw new TtExpError('DATA_INVALID', `scores: got NaN for user ${user} and item ${item}, expected a number`, {
      hint: 'Look for missing or infinite feature values, or a model whose training diverged.',
    });
  }
};

/** A split without a single relevant pair has `users: 0` and metrics of 0. Throws DATA_INVALID for a score of NaN. */
export const evaluateScorer = ({ scorer, dataset, split, relevanceThreshold }: EvaluationOptions): Evaluation => {
  const users = dataset.userIds.length;
  const items = dataset.itemIds.length;
  const judged = rowsByUser(dataset.pairs[split], users);
  const met = EARLIER[split].map((name) => ({
    pairs: dataset.pairs[name],
    rows: rowsByUser(dataset.pairs[name], users),
  }));
  const popularity = itemPopularity(dataset);
  const totalPopularity = popularity.reduce((sum, count) => sum + count, 0) + items;
  const rankings: UserRanking[] = [];
  const userIndex: number[] = [];
  const recommended = new Set<number>();
  let information = 0;
  let recommendations = 0;

  for (let from = 0; from < users; from += USERS_PER_BLOCK) {
    const to = Math.min(users, from + USERS_PER_BLOCK);
    const block = scorer(from, to);
    requireNumbers(block, from, dataset);
    for (let user = from; user < to; user += 1) {
      const scores = block.subarray((user - from) * items, (user - from + 1) * items);
      for (const { pairs, rows } of met) {
        for (const row of rows[user] ?? []) {
          scores[pairs.itemIndex[row] ?? 0] = Number.NEGATIVE_INFINITY;
        }
      }
      const wanted = (judged[user] ?? [])
        .map((row) => ({ item: dataset.pairs[split].itemIndex[row] ?? 0, gain: dataset.pairs[split].gain[row] ?? 0 }))
        .filter(({ item, gain }) => gain > 0 && scores[item] !== Number.NEGATIVE_INFINITY);
      if (!wanted.some(({ gain }) => gain >= relevanceThreshold)) {
        continue;
      }
      userIndex.push(user);
      rankings.push(
        rankUser({
          scores,
          items: wanted.map(({ item }) => item),
          gains: wanted.map(({ gain }) => gain),
          relevanceThreshold,
        }),
      );
      for (const item of topItems(scores, CUT_OFF)) {
        recommended.add(item);
        information -= Math.log2(((popularity[item] ?? 0) + 1) / totalPopularity);
        recommendations += 1;
      }
    }
  }
  const average = (pick: (ranking: UserRanking) => number): number => mean(rankings.map(pick));
  return {
    summary: {
      ndcg_at_10: average(({ ndcg }) => ndcg),
      precision_at_10: average(({ precision }) => precision),
      recall_at_10: average(({ recall }) => recall),
      f1_at_10: average(({ f1 }) => f1),
      hit_rate_at_10: average(({ hit }) => hit),
      map: average(({ averagePrecision }) => averagePrecision),
      coverage: recommended.size / items,
      novelty: recommendations === 0 ? 0 : information / recommendations,
      users: rankings.length,
    },
    perUser: { userIndex, ndcg: rankings.map(({ ndcg }) => ndcg) },
  };
};
