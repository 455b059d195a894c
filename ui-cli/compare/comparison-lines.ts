/** A comparison as people read it, no line wider than the terminal. Pure. */
import type { MetricDifference } from '../../contracts/comparison.ts';
import type { ComparedModel, ModelComparison } from '../../contracts/local-comparison.ts';
import { type CategorySlice, RANKING_METRIC_NAMES, USER_SLICE_NAMES } from '../../contracts/metrics.ts';
import { differenceText, markOf, settingText, subjectLetter } from '../../policy/comparison/describe-comparison.ts';
import { probabilityText } from '../../policy/gate/rules/gate-text.ts';
import { formatCount, formatMetric } from '../text/formats.ts';
import { metricName, SLICE_TITLES } from '../text/metric-table.ts';
import { formatTable, wrapLine } from '../text/table.ts';
import { type SubjectRow, subjectTable } from './subject-table.ts';

const INDENT = '  ';

const lettersOf = ({ subjects }: ModelComparison): readonly string[] =>
  subjects.map((_, index) => subjectLetter(index));

const subjectLines = ({ subjects }: ModelComparison, width: number): readonly string[] =>
  subjects.flatMap(({ ref, name, datasetVersion, bestEpoch }, index) => [
    // The letter in place of the indent.
    ...wrapLine(`   ${ref === name ? ref : `${ref} (${name})`}`, width).map((line, row) =>
      row === 0 ? `${subjectLetter(index)}${line.slice(1)}` : line,
    ),
    ...wrapLine(`   epoch ${bestEpoch} of a training on ${datasetVersion}`, width),
  ]);

const settingRows = ({ subjects, differingParams }: ModelComparison): readonly SubjectRow[] =>
  differingParams.map((key) => ({ label: key, cells: subjects.map(({ params }) => settingText(params[key])) }));

const metricRows = (comparison: ModelComparison): readonly SubjectRow[] =>
  RANKING_METRIC_NAMES.flatMap((metric) => [
    {
      label: metricName(metric),
      cells: comparison.subjects.map(({ ref, metrics }) => {
        const mark = markOf(comparison.best[metric], ref);
        return `${formatMetric(metrics[metric].mean)} ${mark}`;
      }),
    },
    {
      label: '',
      cells: comparison.subjects.map(({ metrics }) => {
        const { low, high } = metrics[metric];
        return `${low.toFixed(3)}–${high.toFixed(3)}`;
      }),
    },
  ]);

const wholeRows = ({ subjects }: ModelComparison): readonly SubjectRow[] => {
  const row = (label: string, value: (subject: ComparedModel) => number | null | undefined): SubjectRow => ({
    label,
    cells: subjects.map((subject) => formatMetric(value(subject))),
  });
  return [
    row('coverage', ({ summary }) => summary.coverage),
    row('novelty', ({ summary }) => summary.novelty),
    row('popularity percentile', ({ report }) => report.popularity_bias.mean_percentile),
    row('calibration error', ({ report }) => report.calibration?.expected_calibration_error),
  ];
};

const sliceRows = ({ subjects }: ModelComparison): readonly SubjectRow[] =>
  USER_SLICE_NAMES.map((name) => {
    const users = subjects[0]?.report.slices[name].users ?? 0;
    return {
      label: `${SLICE_TITLES[name]}, ${formatCount(users)} users`,
      cells: subjects.map(({ report }) => formatMetric(users === 0 ? null : report.slices[name].ndcg_at_10)),
    };
  });

const isSame = (one: CategorySlice, other: CategorySlice): boolean =>
  one.side === other.side && one.feature === other.feature && one.value === other.value;

/** A model knows the categories of its own encoder: those of the first model, and how the others rank for them. */
const categoryRows = ({ subjects }: ModelComparison): readonly SubjectRow[] => {
  const categories = subjects[0]?.report.categories ?? [];
  const isLargest = ({ side, feature }: CategorySlice, place: number): boolean =>
    place === categories.findIndex((other) => other.side === side && other.feature === feature);
  return categories.filter(isLargest).map((slice) => ({
    label: `${slice.side} ${slice.feature} ${slice.value}, ${formatCount(slice.users)} users`,
    cells: subjects.map(({ report }) =>
      formatMetric(report.categories.find((other) => isSame(other, slice))?.ndcg_at_10),
    ),
  }));
};

/** More pairs than these do not help anybody on a terminal. */
const MOST_PAIRS = 15;

/** The one with the highest mean by NDCG@10. */
const highestOf = ({ subjects }: ModelComparison): string =>
  subjects.reduce((best, subject) => (subject.metrics.ndcg_at_10.mean > best.metrics.ndcg_at_10.mean ? subject : best))
    .ref;

const isMany = ({ subjects }: ModelComparison): boolean => (subjects.length * (subjects.length - 1)) / 2 > MOST_PAIRS;

/** Of two models all metrics; of more, whose pairs are many, the one by which models are chosen. */
const shownDifferences = (comparison: ModelComparison): readonly MetricDifference[] => {
  const { subjects, differences } = comparison;
  if (subjects.length === 2) {
    return differences;
  }
  const pairs = differences.filter(({ metric }) => metric === 'ndcg_at_10');
  const highest = highestOf(comparison);
  return isMany(comparison) ? pairs.filter(({ a, b }) => a === highest || b === highest) : pairs;
};

const pairsNote = (comparison: ModelComparison, letterOf: (ref: string) => string): string => {
  const { length } = comparison.subjects;
  const shown = isMany(comparison) ? ` Shown are those of ${letterOf(highestOf(comparison))}.` : '';
  return `p is adjusted for ${(length * (length - 1)) / 2} pairs (Holm): with that many, some differ by chance.${shown} --json and --html have the pairs of every metric.`;
};

const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(4)}`;

const differenceLines = (comparison: ModelComparison, room: number): readonly string[] => {
  const { subjects } = comparison;
  const letterOf = (ref: string): string => subjectLetter(subjects.findIndex((subject) => subject.ref === ref));
  const isPair = subjects.length === 2;
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const rows = shownDifferences(comparison).map((difference) => {
    const { a, b, metric, mean, low, high, p, p_holm: holm } = difference;
    const pair = `${letterOf(a)} - ${letterOf(b)}`;
    return [
      isPair ? metricName(metric) : pair,
      signed(mean),
      `${signed(low)} to ${signed(high)}`,
      probabilityText(p),
      ...(isPair ? [] : [probabilityText(holm)]),
      differenceText(difference, letterOf),
    ];
  });
  const columns = [
    { title: isPair ? 'A - B' : 'pair' },
    right('mean'),
    right('interval'),
    right('p'),
    ...(isPair ? [] : [right('adjusted p')]),
    { title: '' },
  ];
  const note = isPair ? [] : wrapLine(pairsNote(comparison, letterOf), room);
  return [...formatTable(columns, rows), ...note];
};

const titled = (title: string, lines: readonly string[], width: number): readonly string[] =>
  lines.length === 0
    ? []
    : ['', ...wrapLine(title, width), ...lines.map((line) => (line === '' ? '' : `${INDENT}${line}`))];

export const comparisonLines = (comparison: ModelComparison, width: number): readonly string[] => {
  const { dataset, split, users, relevanceThreshold, confidence } = comparison;
  const room = width - INDENT.length;
  const letters = lettersOf(comparison);
  const table = (title: string, rows: readonly SubjectRow[]): readonly string[] =>
    subjectTable(title, letters, rows, room);
  const settings = settingRows(comparison);
  return [
    ...subjectLines(comparison, width),
    '',
    ...wrapLine(
      `The ${split} part of ${dataset.version}: ${formatCount(users)} users, relevant from label ${relevanceThreshold}`,
      width,
    ),
    ...(settings.length === 0
      ? ['', 'Settings: all equal']
      : titled('Settings that differ', table('', settings), width)),
    ...titled(
      `Metrics, with ${Number((confidence * 100).toFixed(4))} % intervals over users (* significantly best, = may be best)`,
      table('', metricRows(comparison)),
      width,
    ),
    ...titled('Differences', differenceLines(comparison, room), width),
    ...titled('All users together (no interval)', table('', wholeRows(comparison)), width),
    ...titled('NDCG@10 of users by items met in training (no interval)', table('', sliceRows(comparison)), width),
    ...titled(
      'NDCG@10 by category (no interval; the largest of each feature, --json and --html have more; for items: the relevant ones with that value)',
      table('', categoryRows(comparison)),
      width,
    ),
  ];
};
