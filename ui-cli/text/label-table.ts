/** The label distribution as the guide prints it, each label with its usual name. */
import type { DatasetSummary } from '../../contracts/dataset.ts';
import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import { describeLeftOut, describeSource } from '../../contracts/source-reading.ts';
import { formatCount, formatPercent } from './formats.ts';

/** Interactions that get each label. */
const LABEL_NAMES: Readonly<Record<string, string>> = {
  '1.0': 'strong positives: apply, interest',
  '0.9': 'favorites',
  '0.8': 'likes',
  '0.6': 'clicks',
  '0.4': 'views',
  '0.0': 'negatives: dislikes, negative samples',
};

/** Highest label first. */
export const labelTable = ({ label_distribution: counts, samples }: DatasetSummary): readonly string[] => {
  const rows = Object.entries(counts).sort(([a], [b]) => Number(b) - Number(a));
  const width = Math.max(...rows.map(([, count]) => formatCount(count).length), 0);
  return rows.map(([label, count]) => {
    const share = formatPercent(samples === 0 ? 0 : count / samples).padStart(6);
    const name = LABEL_NAMES[label];
    return `label=${label}: ${formatCount(count).padStart(width)} (${share})${name === undefined ? '' : `  # ${name}`}`;
  });
};

/** Names text encoders only: embeddings that the source brings need no mention. */
const coverageText = ({ embedding_coverage: coverage, text_encoder: { user, item } }: DatasetSummary): string => {
  if (user === null && item === null) {
    return 'no texts';
  }
  const encoders = [...new Set([user, item])].filter((encoder) => encoder !== null && encoder !== 'source');
  return `embedding coverage ${formatPercent(coverage)}${encoders.length > 0 ? ` (${encoders.join(', ')})` : ''}`;
};

/** Nothing where no row was left out. */
export const leftOutLines = ({ leftOut }: Pick<ExperimentSnapshot, 'leftOut'>): readonly string[] =>
  leftOut === null || leftOut.rows === 0 ? [] : [describeLeftOut(leftOut)];

const readingLines = (snapshot: ExperimentSnapshot): readonly string[] => [
  ...(snapshot.source === null ? [] : [`source: ${describeSource(snapshot.source)}`]),
  ...leftOutLines(snapshot),
  ...snapshot.dataWarnings.map((warning) => `warning: ${warning}`),
];

const datasetLine = ({ version, samples, users, items }: DatasetSummary): string =>
  `dataset ${version}: ${formatCount(samples)} samples of ${formatCount(users)} users and ${formatCount(items)} items`;

/** What was read, what of it was left out, and what was made of it. */
export const dataSummaryLines = (snapshot: ExperimentSnapshot): readonly string[] => [
  ...readingLines(snapshot),
  ...(snapshot.dataset === null ? [] : [datasetLine(snapshot.dataset)]),
];

/** Nothing before there is a dataset. */
export const dataLines = (snapshot: ExperimentSnapshot): readonly string[] => {
  const { dataset } = snapshot;
  if (dataset === null) {
    return [];
  }
  const { splits, feature_dims: dims } = dataset;
  return [
    ...dataSummaryLines(snapshot),
    `split: train ${formatCount(splits.train)}, validation ${formatCount(splits.validation)}, test ${formatCount(splits.test)}`,
    ...labelTable(dataset),
    `${coverageText(dataset)}, feature width: user ${dims.user}, item ${dims.item}`,
  ];
};
