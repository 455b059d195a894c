/** `tt-exp reproduce`: a trial trained again from its record, and what is different. */

import { EXIT } from '../../contracts/errors.ts';
import type { ReproductionReport } from '../../contracts/reproduction.ts';
import { createStops, STARTS_ANEW } from '../command-line/stops.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { printJson, toSnakeCase } from '../text/output.ts';
import type { ModelRuntime } from './model-runtime.ts';
import { reproductionLines } from './reproduce-lines.ts';
import { openTrainDisplay, type TrainDisplay } from './train-display.ts';
import { wholeRun } from './whole-reference.ts';

export interface ReproduceOptions {
  readonly run: string;
  readonly tolerance: number;
  readonly isJson: boolean;
}

const conduct = async (
  runtime: PlatformRuntime & ModelRuntime,
  { run, tolerance }: ReproduceOptions,
  display: TrainDisplay,
): Promise<ReproductionReport> => {
  const stops = createStops(runtime, { hint: STARTS_ANEW });
  try {
    const reproducing = runtime.reproduceTraining({
      run,
      tolerance,
      ...display.work,
      signal: stops.signal,
      onEvent: display.onEvent,
    });
    return await Promise.race([reproducing, stops.forced]);
  } finally {
    stops.dispose();
  }
};

const toJson = ({ comparison, circumstances, settings, dataset, ...report }: ReproductionReport): object => {
  const { isModelEqual, ...compared } = comparison;
  return {
    ...(toSnakeCase(report) as object),
    dataset_version: dataset.version,
    ...(toSnakeCase(compared) as object),
    model_equal: isModelEqual,
    circumstances: circumstances.map(({ isEqual, ...one }) => ({ ...one, equal: isEqual })),
    settings,
  };
};

/** Ends with 1 where the two trainings differ. */
export const reproduceTrial = async (
  runtime: PlatformRuntime & ModelRuntime,
  given: ReproduceOptions,
): Promise<number> => {
  const { io } = runtime;
  const options = { ...given, run: await wholeRun(runtime, given.run) };
  const display = openTrainDisplay(runtime, { ...options, name: 'reproduce' });
  const report = await conduct(runtime, options, display).finally(display.close);
  if (options.isJson) {
    printJson(io, toJson(report));
  } else {
    display.say(reproductionLines(report));
  }
  return report.comparison.verdict === 'differs' ? EXIT.failed : EXIT.done;
};
