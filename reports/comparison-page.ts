/** A comparison of models as one page: everything that the command's JSON has, for people. */
import { COMPARISON_LEVEL, type ComparedMetric, type MetricDifference } from '../contracts/comparison.ts';
import type { ComparedModel, ModelComparison } from '../contracts/local-comparison.ts';
import { type CategorySlice, RANKING_METRIC_NAMES, USER_SLICE_NAMES } from '../contracts/metrics.ts';
import { differenceText, markOf, settingText, subjectLetter } from '../policy/comparison/describe-comparison.ts';
import { probabilityText } from '../policy/gate/rules/gate-text.ts';
import { intervalsChart } from './intervals-chart.ts';
import { METRIC_TITLES } from './metric-titles.ts';
import { page } from './page.ts';
import { element } from './svg.ts';
import { type Cell, heading, paragraph, table } from './table.ts';

const SLICE_TITLE = { cold: 'cold (fewer than 5)', warm: 'warm (5 to 20)', hot: 'hot (more than 20)' } as const;

const number = (value: number | null | undefined): Cell => ({ text: value?.toFixed(4) ?? '–', kind: 'number' });

const letters = ({ subjects }: ModelComparison): readonly Cell[] =>
  subjects.map((_, index) => ({ text: subjectLetter(index), kind: 'number' }));

const subjectTable = ({ subjects }: ModelComparison): string =>
  table(
    [
      { text: '' },
      { text: 'model' },
      { text: 'version' },
      { text: 'trained on' },
      { text: 'best epoch', kind: 'number' },
    ],
    subjects.map(({ ref, name, datasetVersion, bestEpoch }, index) => [
      { text: subjectLetter(index) },
      { text: ref, kind: 'params' },
      { text: name === ref ? '–' : name, kind: 'params' },
      { text: datasetVersion },
      { text: String(bestEpoch), kind: 'number' },
    ]),
  );

const settings = (comparison: ModelComparison): string =>
  comparison.differingParams.length === 0
    ? paragraph('Their settings are all equal.')
    : table(
        [{ text: 'setting' }, ...letters(comparison).map(({ text }) => ({ text }))],
        comparison.differingParams.map((key) => [
          { text: key },
          ...comparison.subjects.map(({ params }): Cell => ({ text: settingText(params[key]), kind: 'params' })),
        ]),
      );

const metricCell = ({ best }: ModelComparison, { ref, metrics }: ComparedModel, metric: ComparedMetric): Cell => {
  const { mean, low, high } = metrics[metric];
  const mark = markOf(best[metric], ref);
  const text = `${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)}) ${mark}`.trimEnd();
  return { text, kind: mark === ' ' ? 'number' : 'number best' };
};

const metrics = (comparison: ModelComparison): string =>
  table(
    [{ text: 'metric' }, ...letters(comparison)],
    RANKING_METRIC_NAMES.map((metric) => [
      { text: METRIC_TITLES[metric] },
      ...comparison.subjects.map((subject) => metricCell(comparison, subject, metric)),
    ]),
  );

const differences = ({ subjects, differences: all }: ModelComparison): string => {
  const letterOf = (ref: string): string => subjectLetter(subjects.findIndex((subject) => subject.ref === ref));
  const row = (difference: MetricDifference): readonly Cell[] => {
    const { a, b, metric, mean, low, high, p, p_holm: holm } = difference;
    return [
      { text: METRIC_TITLES[metric] },
      { text: `${letterOf(a)} - ${letterOf(b)}` },
      number(mean),
      { text: `${low.toFixed(4)} to ${high.toFixed(4)}`, kind: 'number' },
      { text: probabilityText(p), kind: 'number' },
      { text: probabilityText(holm), kind: 'number' },
      { text: differenceText(difference, letterOf) },
    ];
  };
  const titles = ['mean', 'interval', 'p', 'adjusted p'].map((text): Cell => ({ text, kind: 'number' }));
  return table([{ text: 'metric' }, { text: 'pair' }, ...titles, { text: '' }], all.map(row));
};

const together = (comparison: ModelComparison): string => {
  const row = (title: string, value: (subject: ComparedModel) => number | null | undefined): readonly Cell[] => [
    { text: title },
    ...comparison.subjects.map((subject) => number(value(subject))),
  ];
  return table(
    [{ text: '' }, ...letters(comparison)],
    [
      row('coverage', ({ summary }) => summary.coverage),
      row('novelty', ({ summary }) => summary.novelty),
      row('popularity percentile', ({ report }) => report.popularity_bias.mean_percentile),
      row('expected calibration error', ({ report }) => report.calibration?.expected_calibration_error),
    ],
  );
};

const isSame = (one: CategorySlice, other: CategorySlice): boolean =>
  one.side === other.side && one.feature === other.feature && one.value === other.value;

/** Every slice that any of them knows: a model has the categories of its own encoder. */
const categoriesOf = ({ subjects }: ModelComparison): readonly CategorySlice[] =>
  subjects
    .flatMap(({ report }) => report.categories)
    .filter((slice, index, all) => all.findIndex((other) => isSame(other, slice)) === index);

const slices = (comparison: ModelComparison): string => {
  const { subjects } = comparison;
  const titles = [{ text: 'users' }, { text: 'number', kind: 'number' as const }, ...letters(comparison)];
  const byHistory = USER_SLICE_NAMES.map((name) => {
    const users = subjects[0]?.report.slices[name].users ?? 0;
    const values = subjects.map(({ report }) => number(users === 0 ? null : report.slices[name].ndcg_at_10));
    return [{ text: SLICE_TITLE[name] }, { text: String(users), kind: 'number' as const }, ...values];
  });
  const byCategory = categoriesOf(comparison).map((slice) => [
    { text: `${slice.side} ${slice.feature}: ${slice.value}`, kind: 'params' as const },
    { text: String(slice.users), kind: 'number' as const },
    ...subjects.map(({ report }) => number(report.categories.find((other) => isSame(other, slice))?.ndcg_at_10)),
  ]);
  return table(titles, [...byHistory, ...byCategory]);
};

export const comparisonPage = (comparison: ModelComparison): string => {
  const { dataset, split, users, confidence, relevanceThreshold, warnings } = comparison;
  const percent = Number((confidence * 100).toFixed(4));
  const parts = [
    element('h1', {}, 'Comparison of models'),
    paragraph(
      `The ${split} part of ${dataset.version}: ${users} users, relevant from label ${relevanceThreshold}. Every model ranks the same users over the same items.`,
    ),
    subjectTable(comparison),
    ...warnings.map((warning) => paragraph(`${warning}.`)),
    heading('Settings that differ'),
    settings(comparison),
    heading('Metrics'),
    element('figure', { id: 'ndcg_at_10' }, intervalsChart(comparison)),
    metrics(comparison),
    paragraph(
      `${percent} % intervals by bootstrap over users. * significantly better than every other (level ${COMPARISON_LEVEL}, adjusted for the number of pairs); = may be the best: not told apart from the highest.`,
    ),
    heading('Differences'),
    differences(comparison),
    paragraph(
      'Paired by user. p: two-sided, by flipping signs; adjusted for the number of pairs of each metric (Holm).',
    ),
    heading('All users together'),
    together(comparison),
    heading('NDCG@10 by items met in training, and by category'),
    slices(comparison),
    paragraph('Without intervals: a small group may differ by chance. For items: the relevant ones with that value.'),
  ];
  return page('Comparison of models', parts.join('\n'));
};
