/** `tt-exp train`: one local training, from the command line to the folder with its result. */

import { resolve } from 'node:path';
import { EXIT, TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import type { Device, LocalTrainingReport } from '../../contracts/local-model.ts';
import { createStops, RESUMES } from '../command-line/stops.ts';
import { printJson } from '../text/output.ts';
import { columnsOf, readDataChoice } from './data-choice.ts';
import type { ModelRuntime } from './model-runtime.ts';
import { type HyperparameterFlags, loadTrainConfig, toDataChoice } from './train-config.ts';
import { openTrainDisplay, type TrainDisplay } from './train-display.ts';
import { endLines } from './train-lines.ts';

export interface TrainOptions extends HyperparameterFlags {
  readonly data?: string;
  readonly config?: string;
  readonly columns?: readonly string[];
  readonly set: readonly string[];
  readonly device: Device;
  readonly outputDir: string;
  readonly modelName: string;
  readonly isForced: boolean;
  readonly isTracked: boolean;
  readonly isJson: boolean;
}

const conduct = async (
  runtime: ModelRuntime,
  options: TrainOptions,
  display: TrainDisplay,
): Promise<LocalTrainingReport> => {
  const { data: given, config: file, set } = options;
  const data = given === undefined ? null : await readDataChoice(given);
  const columns = columnsOf(options.columns, data);
  const { config, notes } = await loadTrainConfig(runtime, { file, flags: options, set, data, columns });
  for (const note of notes) {
    display.warn(`note: ${note}`);
  }
  if (config.sweep !== null) {
    display.warn('note: the sweep of the config is ignored: this trains one model with the other settings');
  }
  display.say([`Loading dataset from ${given ?? file ?? 'the built-in synthetic set'}...`]);
  const stops = createStops(runtime, { hint: RESUMES });
  try {
    const training = runtime.trainModel({
      config,
      data: toDataChoice(data, config),
      device: options.device,
      folder: resolve(options.outputDir, options.modelName),
      name: options.modelName,
      isForced: options.isForced,
      isTracked: options.isTracked,
      ...display.work,
      signal: stops.signal,
      onEvent: display.onEvent,
    });
    return await Promise.race([training, stops.forced]);
  } finally {
    stops.dispose();
  }
};

const toJson = ({ result, test, run, ...report }: LocalTrainingReport): object => {
  const { tensorflow: _, relevanceThreshold: __, ...metrics } = test;
  return {
    status: 'completed',
    model: { folder: report.folder, files: report.files, digest: result.modelDigest },
    dataset: report.dataset,
    settings: report.settings,
    best_epoch: result.bestEpoch,
    epochs: result.epochs,
    seconds: result.seconds,
    resumed_from_epoch: result.resumedFromEpoch,
    val: { ...result.validation, loss: result.bestValLoss },
    test: metrics,
    out_of_memory: report.note,
    run: run === null ? null : { run_id: run.runId, experiment: run.experiment, url: run.url },
    tensorflow: result.tensorflow,
    error: null,
  };
};

/** Answers the exit code; throws what the command is to end with. */
export const trainModel = async (runtime: ModelRuntime, options: TrainOptions): Promise<number> => {
  const { io } = runtime;
  const display = openTrainDisplay(runtime, { ...options, name: 'train' });
  try {
    const report = await conduct(runtime, options, display).finally(display.close);
    if (options.isJson) {
      printJson(io, toJson(report));
    } else {
      display.say(endLines(report));
    }
    return EXIT.done;
  } catch (error) {
    if (options.isJson) {
      const isInterrupted = error instanceof TtExpError && error.code === 'INTERRUPTED';
      printJson(io, { status: isInterrupted ? 'cancelled' : 'failed', error: toErrorRecord(error) });
    }
    throw error;
  }
};
