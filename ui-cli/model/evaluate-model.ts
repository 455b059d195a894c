/** `tt-exp evaluate`: metrics of one model beside the baselines. */

import { resolve } from 'node:path';
import { withAbsolutePaths } from '../../config/absolute-paths.ts';
import { defaultConfig } from '../../config/load.ts';
import { EXIT } from '../../contracts/errors.ts';
import type { DataChoice, Device, LocalEvaluationReport } from '../../contracts/local-model.ts';
import type { EvaluatedSplit } from '../../contracts/trainer.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { baselineWarnings, metricTable, reportLines } from '../text/metric-table.ts';
import { printJson, printLines } from '../text/output.ts';
import { columnsOf, readDataChoice, settingsOfFile } from './data-choice.ts';
import type { ModelRuntime } from './model-runtime.ts';
import { deviceText, dimensionLines, loadedLine, splitLine } from './train-lines.ts';
import { wholeModel } from './whole-reference.ts';
import { withLocalWork } from './with-local-work.ts';

export interface EvaluateOptions {
  readonly model: string;
  readonly data?: string;
  readonly columns?: readonly string[];
  readonly split: EvaluatedSplit;
  readonly exportRankings?: string;
  readonly device: Device;
  readonly isJson: boolean;
}

const chooseData = async (
  runtime: ModelRuntime,
  options: Pick<EvaluateOptions, 'data' | 'columns'>,
  say: (line: string) => void,
): Promise<DataChoice | null> => {
  const data = options.data === undefined ? null : await readDataChoice(options.data);
  const columns = columnsOf(options.columns, data);
  if (data === null || data.kind === 'version') {
    return data;
  }
  const { overrides, defaults, notes } = await settingsOfFile(runtime, data, { config: undefined, columns });
  for (const note of notes) {
    say(`note: ${note}`);
  }
  const config = withAbsolutePaths(defaultConfig('evaluate', overrides, { defaults }), process.cwd());
  return { kind: 'source', config: { data: config.data, seed: config.seed } };
};

const evaluationLines = ({ model, dataset, useCase, split, evaluation }: LocalEvaluationReport): readonly string[] => [
  `Model ${model.name}, epoch ${model.bestEpoch} of a training on ${model.datasetVersion}`,
  loadedLine(dataset),
  splitLine(dataset),
  ...dimensionLines(dataset, useCase),
  `Device: ${deviceText(evaluation.tensorflow)}`,
  '',
  `Metrics of the ${split} part (${evaluation.model.users} users, relevant from label ${evaluation.relevanceThreshold}):`,
  ...[...metricTable(split, evaluation), ...baselineWarnings(evaluation)].map((line) => `  ${line}`),
  '',
  ...reportLines(evaluation.report),
];

const toJson = ({ model, dataset, split, evaluation }: LocalEvaluationReport): object => ({
  model: { name: model.name, dataset_version: model.datasetVersion, best_epoch: model.bestEpoch },
  dataset,
  split,
  relevance_threshold: evaluation.relevanceThreshold,
  metrics: { model: evaluation.model, baselines: evaluation.baselines },
  ...evaluation.report,
  tensorflow: evaluation.tensorflow,
});

export const evaluateModel = async (
  runtime: PlatformRuntime & ModelRuntime,
  options: EvaluateOptions,
): Promise<number> => {
  const { io } = runtime;
  const model = await wholeModel(runtime, options.model);
  const data = await chooseData(runtime, options, (line) => printLines(io.stderr, [line]));
  const { split, device, exportRankings } = options;
  const rankingsFile = exportRankings === undefined ? null : resolve(exportRankings);
  const report = await withLocalWork(runtime, 'evaluate', (work) =>
    runtime.evaluateModel({ ...work, model, data, split, device, rankingsFile }),
  );
  if (options.isJson) {
    printJson(io, toJson(report));
  } else {
    printLines(io.stdout, evaluationLines(report));
  }
  return EXIT.done;
};
