/** Metrics of a model beside every baseline. */
import type { TestEvaluation } from '../../contracts/experiment.ts';
import {
  type BaselineName,
  baselinesNotBeaten,
  type CategorySlice,
  type EvaluationReport,
  type EvaluationSummary,
  type RankingMetrics,
  USER_SLICE_NAMES,
} from '../../contracts/metrics.ts';
import { BELOW_POPULARITY, formatMetric } from './formats.ts';
import { type Column, formatTable } from './table.ts';

const rightColumn = (title: string): Column => ({ title, align: 'right' });

const METRICS = [
  ['ndcg_at_10', 'NDCG@10'],
  ['precision_at_10', 'precision@10'],
  ['recall_at_10', 'recall@10'],
  ['f1_at_10', 'f1@10'],
  ['hit_rate_at_10', 'hit rate@10'],
  ['map', 'map'],
  ['coverage', 'coverage'],
  ['novelty', 'novelty'],
] as const satisfies readonly (readonly [keyof EvaluationSummary, string])[];

export const metricName = (metric: keyof RankingMetrics): string =>
  METRICS.find(([key]) => key === metric)?.[1] ?? metric;

const RANKING_METRICS = METRICS.slice(0, 6) as readonly (readonly [keyof RankingMetrics, string])[];

/** Nobody to average over is no 0. */
const rankingCells = (slice: RankingMetrics & { readonly users: number }): readonly string[] =>
  RANKING_METRICS.map(([key]) => formatMetric(slice.users === 0 ? null : slice[key]));

/** One row a metric: with one a scorer it would be wider than a terminal. @param title the part that was evaluated */
export const metricTable = (title: string, { model, baselines }: TestEvaluation): readonly string[] => {
  const scorers = [['model', model] as const, ...Object.entries(baselines)];
  return formatTable(
    [{ title }, ...scorers.map(([name]) => rightColumn(name))],
    METRICS.map(([key, name]) => [name, ...scorers.map(([, metrics]) => formatMetric(metrics[key]))]),
  );
};

/** What is to be said wherever test metrics are: the baselines that the model does not beat. */
export const baselineWarnings = ({ model, baselines }: TestEvaluation): readonly string[] => {
  const better = baselinesNotBeaten({ model, baselines });
  const others = better.filter((name) => name !== 'popularity');
  const told = (name: BaselineName): string => `${name} (${formatMetric(baselines[name]?.ndcg_at_10)})`;
  return [
    ...(better.includes('popularity') ? [BELOW_POPULARITY] : []),
    ...(others.length === 0
      ? []
      : [
          `warning: by NDCG@10 the model (${formatMetric(model.ndcg_at_10)}) does not beat ${others.map(told).join(', ')}: ` +
            'train longer, or search other settings, before you use it',
        ]),
  ];
};

export const SLICE_TITLES = { cold: 'cold (< 5 met)', warm: 'warm (5–20)', hot: 'hot (> 20)' } as const;

/** Slices of one feature on the terminal; the report has more of them. */
const SHOWN_SLICES_PER_FEATURE = 3;

const categoryLines = (categories: EvaluationReport['categories']): readonly string[] => {
  const isShown = ({ side, feature }: CategorySlice, place: number): boolean =>
    place - categories.findIndex((other) => other.side === side && other.feature === feature) <
    SHOWN_SLICES_PER_FEATURE;
  const rows = categories
    .filter(isShown)
    .map((slice) => [`${slice.side} ${slice.feature}`, slice.value, String(slice.users), ...rankingCells(slice)]);
  const titles = ['users', ...RANKING_METRICS.map(([, name]) => name)].map(rightColumn);
  return rows.length === 0
    ? []
    : [
        `By category (the largest ${SHOWN_SLICES_PER_FEATURE}; for items: the relevant ones with that value):`,
        ...formatTable([{ title: 'feature' }, { title: 'value' }, ...titles], rows).map((line) => `  ${line}`),
      ];
};

/** By how much users did in training, by category, and how the scores lean and can be trusted. */
export const reportLines = ({
  slices,
  categories,
  popularity_bias: bias,
  calibration,
}: EvaluationReport): readonly string[] => [
  'Users by items met in training:',
  ...formatTable(
    [{ title: 'slice' }, ...['users', ...RANKING_METRICS.map(([, name]) => name)].map(rightColumn)],
    USER_SLICE_NAMES.map((name) => [SLICE_TITLES[name], String(slices[name].users), ...rankingCells(slices[name])]),
  ).map((line) => `  ${line}`),
  ...categoryLines(categories),
  `Popularity of recommended items: percentile ${formatMetric(bias.mean_percentile)}, ${formatMetric(bias.average_popularity)} training pairs each`,
  ...(calibration === null
    ? []
    : [`Expected calibration error: ${formatMetric(calibration.expected_calibration_error)}`]),
];
