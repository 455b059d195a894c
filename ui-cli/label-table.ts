/** The label distribution as the guide prints it, each label with its usual name. */
import type { DatasetSummary } from '../contracts/dataset.ts';
import type { ExperimentSnapshot } from '../contracts/experiment.ts';
import { describeSource } from '../contracts/source-reading.ts';
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

/** Nothing before there is a dataset. */
export const dataLines = ({ dataset, source }: ExperimentSnapshot): readonly string[] => {
  if (dataset === null) {
    return [];
  }
  const { splits, feature_dims: dims } = dataset;
  return [
    ...(source == null ? [] : [`source: ${describeSource(source)}`]),
    `dataset ${dataset.version}: ${formatCount(dataset.samples)} samples of ${formatCount(dataset.users)} users and ${formatCount(dataset.items)} items`,
    `split: train ${formatCount(splits.train)}, validation ${formatCount(splits.validation)}, test ${formatCount(splits.test)}`,
    ...labelTable(dataset),
    `${coverageText(dataset)}, feature width: user ${dims.user}, item ${dims.item}`,
  ];
};
