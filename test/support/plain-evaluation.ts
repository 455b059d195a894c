/** The evaluation as plainly as can be: one comparison for each pair of items. The reference for the fast one. */
import type { LoadedDataset, PairArrays, SplitName } from '../../contracts/dataset.ts';
import type { Evaluation } from '../../models/evaluation/evaluate-scorer.ts';

const CUT_OFF = 10;

interface UserRanking {
  readonly user: number;
  readonly ndcg: number;
  readonly dcg: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly hit: number;
  readonly averagePrecision: number;
  readonly top: readonly number[];
}

const discount = (rank: number): number => 1 / Math.log2(rank + 1);

const rowsOfUser = ({ userIndex }: PairArrays, user: number): number[] =>
  [...userIndex.keys()].filter((row) => userIndex[row] === user);

const rankOf = (scores: Float32Array, item: number): number => {
  const score = scores[item] ?? 0;
  return 1 + scores.filter((value, other) => value > score || (value === score && other < item)).length;
};

/** null for a user without a relevant candidate. */
const rankUser = (
  dataset: LoadedDataset,
  split: Exclude<SplitName, 'train'>,
  user: number,
  given: Float32Array,
  threshold: number,
): UserRanking | null => {
  const scores = given.slice();
  for (const earlier of split === 'test' ? (['train', 'validation'] as const) : (['train'] as const)) {
    for (const row of rowsOfUser(dataset.pairs[earlier], user)) {
      scores[dataset.pairs[earlier].itemIndex[row] ?? 0] = Number.NEGATIVE_INFINITY;
    }
  }
  const judged = dataset.pairs[split];
  const wanted = rowsOfUser(judged, user)
    .map((row) => ({ item: judged.itemIndex[row] ?? 0, gain: judged.gain[row] ?? 0 }))
    .filter(({ item, gain }) => gain > 0 && scores[item] !== Number.NEGATIVE_INFINITY);
  if (!wanted.some(({ gain }) => gain >= threshold)) {
    return null;
  }
  const ranked = wanted.map(({ item, gain }) => ({ rank: rankOf(scores, item), gain }));
  const gained = ranked.reduce((sum, { rank, gain }) => sum + (rank <= CUT_OFF ? gain * discount(rank) : 0), 0);
  const ideal = wanted
    .map(({ gain }) => gain)
    .sort((a, b) => b - a)
    .slice(0, CUT_OFF)
    .reduce((sum, gain, index) => sum + gain * discount(index + 1), 0);
  const relevant = ranked
    .filter(({ gain }) => gain >= threshold)
    .map(({ rank }) => rank)
    .sort((a, b) => a - b);
  const hits = relevant.filter((rank) => rank <= CUT_OFF).length;
  const precision = hits / CUT_OFF;
  const recall = hits / relevant.length;
  return {
    user,
    ndcg: gained / ideal,
    dcg: gained,
    precision,
    recall,
    f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    hit: hits > 0 ? 1 : 0,
    averagePrecision: relevant.reduce((sum, rank, index) => sum + (index + 1) / rank, 0) / relevant.length,
    top: [...scores.keys()]
      .filter((item) => scores[item] !== Number.NEGATIVE_INFINITY)
      .sort((a, b) => ((scores[a] ?? 0) < (scores[b] ?? 0) ? 1 : (scores[a] ?? 0) > (scores[b] ?? 0) ? -1 : a - b))
      .slice(0, CUT_OFF),
  };
};

/** @param scores [users, items], row-major */
export const plainEvaluation = (
  dataset: LoadedDataset,
  split: Exclude<SplitName, 'train'>,
  scores: Float32Array,
  threshold: number,
): Evaluation => {
  const items = dataset.itemIds.length;
  const rankings = [...dataset.userIds.keys()]
    .map((user) => rankUser(dataset, split, user, scores.subarray(user * items, (user + 1) * items), threshold))
    .filter((ranking) => ranking !== null);
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  const met = dataset.itemIds.map((_, item) => dataset.pairs.train.itemIndex.filter((other) => other === item).length);
  const pairs = dataset.pairs.train.itemIndex.length;
  const recommended = rankings.flatMap(({ top }) => top);
  return {
    summary: {
      ndcg_at_10: mean(rankings.map(({ ndcg }) => ndcg)),
      precision_at_10: mean(rankings.map(({ precision }) => precision)),
      recall_at_10: mean(rankings.map(({ recall }) => recall)),
      f1_at_10: mean(rankings.map(({ f1 }) => f1)),
      hit_rate_at_10: mean(rankings.map(({ hit }) => hit)),
      map: mean(rankings.map(({ averagePrecision }) => averagePrecision)),
      coverage: new Set(recommended).size / items,
      novelty: mean(recommended.map((item) => -Math.log2(((met[item] ?? 0) + 1) / (pairs + items)))),
      users: rankings.length,
    },
    perUser: {
      userIndex: rankings.map(({ user }) => user),
      ndcg: rankings.map(({ ndcg }) => ndcg),
      dcg: rankings.map(({ dcg }) => dcg),
      recall: rankings.map(({ recall }) => recall),
      precision: rankings.map(({ precision }) => precision),
    },
  };
};
