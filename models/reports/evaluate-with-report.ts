/** An evaluation with what a report tells beside its summary: slices, categories, popularity bias, exported rankings. */
import type { CategoryFeature, LoadedDataset } from '../../contracts/dataset.ts';
import type { EvaluationReport, SliceMetrics, UserSliceName } from '../../contracts/metrics.ts';
import { averageRankings } from '../evaluation/average-rankings.ts';
import { type Evaluation, type EvaluationOptions, evaluateScorer } from '../evaluation/evaluate-scorer.ts';
import { CUT_OFF, type UserRanking } from '../evaluation/ranking.ts';
import { itemPopularity } from '../evaluation/recommendations.ts';
import { pairsByUser, rowsOf } from '../numerics/row-groups.ts';
import { collectCategorySlices, type WatchedSlice } from './category-slices.ts';
import { collectBias } from './popularity-bias.ts';
import { type RankingRows, rankingRows } from './ranking-rows.ts';

const DEFAULT_EXPORT_DEPTH = 100;

const FEWEST_PAIRS_WARM = 5;
const MOST_PAIRS_WARM = 20;

export interface ReportOptions extends Omit<EvaluationOptions, 'depth'> {
  /** What users and items are sliced by, beside the users' history. */
  readonly categories?: readonly CategoryFeature[];
  /** Slices to tell user by user, named `user.feature=value` or `item.feature=value`. */
  readonly watch?: readonly string[];
  /**
   * Told the ranking of every user that enters the means, users ascending: its first `exportDepth` candidates, and
   * then its items with a gain that rank lower, so that every metric can be computed from the rows.
   */
  readonly onRanking?: (user: number, ...rows: RankingRows) => void;
  /** 100 where nothing is said. */
  readonly exportDepth?: number;
}

export interface ReportedEvaluation extends Evaluation, Omit<EvaluationReport, 'calibration'> {
  /** Of the users that entered the means. */
  readonly userSlices: readonly UserSliceName[];
  /** By the name of the slice. */
  readonly watched: Readonly<Record<string, WatchedSlice>>;
}

/** Users by their training pairs. */
const collectHistorySlices = (dataset: LoadedDataset) => {
  const training = pairsByUser(dataset.pairs.train, dataset.userIds.length);
  const rankings: Record<UserSliceName, UserRanking[]> = { cold: [], warm: [], hot: [] };
  const userSlices: UserSliceName[] = [];
  const sliceOf = (pairs: number): UserSliceName =>
    pairs < FEWEST_PAIRS_WARM ? 'cold' : pairs <= MOST_PAIRS_WARM ? 'warm' : 'hot';
  const metricsOf = (name: UserSliceName): SliceMetrics => ({
    ...averageRankings(rankings[name]),
    users: rankings[name].length,
  });
  return {
    add: (user: number, ranking: UserRanking): void => {
      const slice = sliceOf(rowsOf(training, user).length);
      rankings[slice].push(ranking);
      userSlices.push(slice);
    },
    userSlices,
    slices: () => ({ cold: metricsOf('cold'), warm: metricsOf('warm'), hot: metricsOf('hot') }),
  };
};

/** As `evaluateScorer`, and throws what it throws. */
export const evaluateWithReport = (options: ReportOptions): ReportedEvaluation => {
  const { dataset, onRanking, categories = [], watch = [], exportDepth = DEFAULT_EXPORT_DEPTH, ...evaluated } = options;
  const history = collectHistorySlices(dataset);
  const byCategory = collectCategorySlices(categories, watch);
  const bias = collectBias(itemPopularity(dataset));
  const evaluation = evaluateScorer({
    ...evaluated,
    dataset,
    ...(onRanking && { depth: exportDepth }),
    onUser: (judged) => {
      history.add(judged.user, judged.ranking);
      byCategory.add(judged);
      for (const item of judged.top.subarray(0, CUT_OFF)) {
        bias.add(item);
      }
      options.onUser?.(judged);
      onRanking?.(judged.user, ...rankingRows(judged));
    },
  });
  return {
    ...evaluation,
    userSlices: history.userSlices,
    watched: byCategory.watched(),
    slices: history.slices(),
    categories: byCategory.slices(),
    popularity_bias: bias.bias(),
  };
};
