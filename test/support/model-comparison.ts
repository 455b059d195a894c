/** A comparison of models that nobody has trained: per-user values by hand, everything else by the real parts. */
import { COMPARISON_CONFIDENCE, COMPARISON_LEVEL, type ComparedMetric } from '../../contracts/comparison.ts';
import { elementAt } from '../../contracts/element-at.ts';
import type { ModelComparison } from '../../contracts/local-comparison.ts';
import { type EvaluationReport, RANKING_METRIC_NAMES } from '../../contracts/metrics.ts';
import { bestOfRow } from '../../policy/comparison/best-of-row.ts';
import { compareSubjects, type UserVectors } from '../../policy/comparison/compare-subjects.ts';
import { differingParams, paramsOf } from '../../policy/comparison/differing-params.ts';
import { evaluationSummary } from './experiment-fixtures.ts';
import { DATASET } from './experiment-views.ts';
import { trialSettings } from './small-training.ts';

/** The same values by every metric. */
export const vectors = (values: readonly number[]): UserVectors =>
  Object.fromEntries(RANKING_METRIC_NAMES.map((metric) => [metric, Float64Array.from(values)])) as Record<
    ComparedMetric,
    Float64Array
  >;

export const evaluationReport = (ndcg: number): EvaluationReport => {
  const slice = { ...evaluationSummary(ndcg), users: 10 };
  return {
    slices: { cold: slice, warm: slice, hot: { ...slice, users: 0 } },
    categories: [
      { side: 'user', feature: 'role', value: 'backend engineer', ...slice },
      { side: 'user', feature: 'role', value: 'designer', ...slice, users: 4 },
      { side: 'item', feature: 'a_feature_with_a_name_that_is_far_too_long', value: 'x'.repeat(80), ...slice },
    ],
    popularity_bias: { mean_percentile: 0.7, average_popularity: 12 },
    calibration: null,
  };
};

export interface MadeSubject {
  readonly ref: string;
  readonly values: readonly number[];
  readonly learningRate?: number;
}

export const modelComparison = (
  made: readonly MadeSubject[],
  change: Partial<ModelComparison> = {},
): ModelComparison => {
  const options = made.map(({ ref, values }) => ({ ref, perUser: vectors(values) }));
  const { intervals, differences } = compareSubjects({
    subjects: options,
    confidence: COMPARISON_CONFIDENCE,
    seed: 7,
  });
  const subjects = made.map(({ ref, learningRate = 0.001 }, index) => {
    const metrics = elementAt(intervals, index);
    return {
      ref,
      name: ref,
      runId: null,
      datasetVersion: DATASET.version,
      bestEpoch: 3,
      params: paramsOf(trialSettings({ training: { learning_rate: learningRate } })),
      metrics,
      summary: evaluationSummary(metrics.ndcg_at_10.mean),
      report: evaluationReport(metrics.ndcg_at_10.mean),
    };
  });
  const best = RANKING_METRIC_NAMES.map((metric) => {
    const standings = subjects.map(({ ref, metrics }) => ({ ref, mean: metrics[metric].mean }));
    return [metric, bestOfRow(metric, standings, { differences, level: COMPARISON_LEVEL })] as const;
  });
  return {
    dataset: DATASET,
    split: 'test',
    users: made[0]?.values.length ?? 0,
    confidence: COMPARISON_CONFIDENCE,
    relevanceThreshold: 0.4,
    subjects,
    differences,
    differingParams: differingParams(subjects.map(({ params }) => params)),
    best: Object.fromEntries(best) as ModelComparison['best'],
    warnings: [],
    tensorflow: { backend: 'js', library: 'tfjs' },
    ...change,
  };
};

/** Of 40 users; another `shift` makes another model, better by as much for every user. */
export const userValues = (shift = 0): readonly number[] =>
  Array.from({ length: 40 }, (_, user) => 0.2 + shift + ((user * 7) % 10) / 50);
