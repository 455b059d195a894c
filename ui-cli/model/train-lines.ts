/** What a training tells, line by line. Pure. */
import type { DatasetSummary } from '../../contracts/dataset.ts';
import type { LocalTrainingReport } from '../../contracts/local-model.ts';
import type { EpochRecord } from '../../contracts/metrics.ts';
import { type Precision, type TensorflowInfo, trainedPrecision } from '../../contracts/tensorflow.ts';
import type { TrialSettings } from '../../contracts/trial.ts';
import { formatDuration, formatMetric } from '../text/formats.ts';
import { labelTable } from '../text/label-table.ts';
import { baselineWarnings, metricTable } from '../text/metric-table.ts';

export const loadedLine = ({ samples, users, items, version }: DatasetSummary): string =>
  `Loaded ${samples} samples of ${users} users and ${items} items (${version})`;

export const splitLine = ({ splits }: DatasetSummary): string =>
  `Split: train=${splits.train}, val=${splits.validation}, test=${splits.test}`;

/** What an item is called where everybody knows it. */
const itemName = (useCase: string): string => (useCase === 'developer_startup' ? 'Startup' : 'Item');

export const dimensionLines = ({ feature_dims: dims }: DatasetSummary, useCase: string): readonly string[] => {
  const side = (dim: number): string => (dim === 0 ? 'id embedding only' : String(dim));
  return ['Feature dimensions:', `  User: ${side(dims.user)}`, `  ${itemName(useCase)}: ${side(dims.item)}`];
};

export const datasetLines = (dataset: DatasetSummary, useCase: string): readonly string[] => [
  loadedLine(dataset),
  ...labelTable(dataset).map((line) => `  ${line}`),
  '',
  splitLine(dataset),
  '',
  ...dimensionLines(dataset, useCase),
  '',
];

/** `cpu (libtensorflow 2.21.0)`, `cuda (…)`. */
export const deviceText = ({ backend, library }: TensorflowInfo): string =>
  `${backend === 'gpu' ? 'cuda' : 'cpu'} (${library})`;

/** Nothing for the default; a wish that cannot be met is told. */
const precisionLines = (wanted: Precision, { backend }: TensorflowInfo): readonly string[] => {
  const precision = trainedPrecision(wanted, backend);
  const reason = precision === wanted ? '' : ` (${wanted} was requested, but needs a GPU)`;
  return wanted === 'float32' ? [] : [`  Precision: ${precision}${reason}`];
};

export const startLines = (
  { training, model }: TrialSettings,
  tensorflow: TensorflowInfo,
  history: readonly EpochRecord[],
): readonly string[] => {
  const last = history.at(-1);
  const best = history.findLast(({ isBest }) => isBest);
  return [
    last === undefined ? 'Starting training...' : `Resuming training after epoch ${last.epoch}...`,
    `  Epochs: ${training.num_epochs}`,
    `  Batch size: ${training.batch_size}`,
    `  Learning rate: ${training.learning_rate}`,
    `  Loss: ${training.loss}`,
    `  Towers: ${[...model.hidden_dims, model.embedding_dim].join(' → ')}`,
    `  Device: ${deviceText(tensorflow)}`,
    ...precisionLines(training.precision, tensorflow),
    ...(best === undefined
      ? []
      : [`  Best so far: NDCG@10 ${formatMetric(best.validation.ndcg_at_10)} in epoch ${best.epoch}`]),
    '',
  ];
};

/** @param remainingSeconds at most, since training may end early; null where there is nothing left, and where it is not known */
export const epochLines = (record: EpochRecord, epochs: number, remainingSeconds: number | null): readonly string[] => {
  const { validation } = record;
  const left = remainingSeconds === null ? '' : `, at most ${formatDuration(remainingSeconds)} left`;
  return [
    `Epoch ${record.epoch}/${epochs}`,
    `  Training: ${formatDuration(record.seconds)}${left}`,
    `  Train loss: ${formatMetric(record.trainLoss)}`,
    `  Val loss: ${formatMetric(record.valLoss)}`,
    '  Val metrics:',
    `    NDCG@10: ${formatMetric(validation.ndcg_at_10)}`,
    `    precision@10: ${formatMetric(validation.precision_at_10)}`,
    `    recall@10: ${formatMetric(validation.recall_at_10)}`,
    ...(record.isBest ? [`  New best model! NDCG@10: ${formatMetric(validation.ndcg_at_10)}`] : []),
    '',
  ];
};

export const endLines = (report: LocalTrainingReport): readonly string[] => {
  const { result, test, run, folder, files, note, settings } = report;
  const early = result.epochs < settings.training.num_epochs ? `, stopped early after ${result.epochs}` : '';
  return [
    'Training completed!',
    `  Best epoch: ${result.bestEpoch}${early}`,
    `  Best NDCG@10: ${formatMetric(result.validation.ndcg_at_10)}`,
    `  Time: ${formatDuration(result.seconds)}`,
    ...(note === null ? [] : [`  Memory ran out: ${note}`]),
    '',
    `Test metrics (${test.model.users} users):`,
    ...[...metricTable('test', test), ...baselineWarnings(test)].map((line) => `  ${line}`),
    '',
    `Saved in ${folder}:`,
    ...files.map((file) => `  ${file}`),
    ...(run === null ? [] : ['', `MLflow: ${run.url}`]),
  ];
};
