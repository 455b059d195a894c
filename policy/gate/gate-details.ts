/** Candidate and champion beside each other, user by user and slice by slice: shown, not decided on. */
import { elementAt } from '../../contracts/element-at.ts';
import type { GateDetails, SliceDifference } from '../../contracts/gate-details.ts';
import { type CategorySlice, type EvaluationReport, USER_SLICE_NAMES } from '../../contracts/metrics.ts';
import { pairedDifferences } from './paired-differences.ts';

/** Enough for a smooth line. */
const MOST_DIFFERENCES = 400;

/** A model that has ranked the test part. */
export interface DetailedModel {
  /** NDCG@10, one for each user; of both models the same users in the same order. */
  readonly ndcg: readonly number[];
  readonly report: Pick<EvaluationReport, 'slices' | 'categories'>;
}

const spreadEvenly = (ascending: Float64Array): readonly number[] => {
  const count = Math.min(ascending.length, MOST_DIFFERENCES);
  const last = ascending.length - 1;
  return Array.from({ length: count }, (_, place) =>
    elementAt(ascending, count === 1 ? 0 : Math.round((place * last) / (count - 1))),
  );
};

const isSame = (one: CategorySlice, other: CategorySlice): boolean =>
  one.side === other.side && one.feature === other.feature && one.value === other.value;

/** A slice that nobody is in, or that only one of them knows, is left out. */
const sliceDifferences = (candidate: DetailedModel, champion: DetailedModel): readonly SliceDifference[] =>
  [
    ...USER_SLICE_NAMES.map((value) => {
      const { users, ndcg_at_10: own } = candidate.report.slices[value];
      const other = champion.report.slices[value].ndcg_at_10;
      return { side: 'history' as const, feature: 'training pairs', value, users, candidate: own, champion: other };
    }),
    ...candidate.report.categories.flatMap((slice) => {
      const other = champion.report.categories.find((one) => isSame(one, slice));
      const { side, feature, value, users, ndcg_at_10: own } = slice;
      return other === undefined ? [] : [{ side, feature, value, users, candidate: own, champion: other.ndcg_at_10 }];
    }),
  ].filter(({ users }) => users > 0);

export const gateDetails = (candidate: DetailedModel, champion: DetailedModel): GateDetails => {
  const differences = pairedDifferences({ candidate: candidate.ndcg, champion: champion.ndcg }).sort();
  const better = differences.filter((difference) => difference > 0).length;
  const worse = differences.filter((difference) => difference < 0).length;
  return {
    users: differences.length,
    better,
    worse,
    equal: differences.length - better - worse,
    differences: spreadEvenly(differences),
    slices: sliceDifferences(candidate, champion),
  };
};
