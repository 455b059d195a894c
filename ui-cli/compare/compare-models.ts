/** `tt-exp compare`: models beside each other on the same users. */

import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { ModelComparison } from '../../contracts/local-comparison.ts';
import type { Device } from '../../contracts/local-model.ts';
import type { EvaluatedSplit } from '../../contracts/trainer.ts';
import { createStops } from '../command-line/stops.ts';
import { createPlainDisplay } from '../display/plain-display.ts';
import { wholeModel } from '../model/whole-reference.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { logTo } from '../text/log-to.ts';
import { printJson, printLines } from '../text/output.ts';
import { USUAL_WIDTH } from '../text/table.ts';
import type { CompareRuntime } from './compare-runtime.ts';
import { comparisonJson } from './comparison-json.ts';
import { comparisonLines } from './comparison-lines.ts';
import { pageFile } from './page-file.ts';

export interface CompareOptions {
  readonly models: readonly string[];
  readonly data?: string;
  readonly split: EvaluatedSplit;
  readonly device: Device;
  readonly html?: string;
  readonly isJson: boolean;
}

/** They are called by letters. */
const MOST_MODELS = 26;

const VERSION = /^ds-[0-9a-f]{1,16}$/;

const checkOptions = ({ models, data }: CompareOptions): void => {
  if (models.length > MOST_MODELS) {
    throw new TtExpError('USAGE', `compare: got ${models.length} models, expected at most ${MOST_MODELS}`, {
      hint: 'Compare the best of them: `tt-exp show <id>` ranks the trials of an experiment.',
    });
  }
  if (data !== undefined && !VERSION.test(data)) {
    throw new TtExpError('USAGE', `--data: got ${JSON.stringify(data)}, expected a dataset version (ds-…)`, {
      hint: '`tt-exp data versions` lists them.',
    });
  }
};

const wholeModels = async (runtime: PlatformRuntime, models: readonly string[]): Promise<readonly string[]> => {
  const whole: string[] = [];
  for (const model of models) {
    whole.push(await wholeModel(runtime, model));
  }
  return whole;
};

const compare = async (
  runtime: PlatformRuntime & CompareRuntime,
  { data, split, device, ...options }: CompareOptions,
): Promise<ModelComparison> => {
  const models = await wholeModels(runtime, options.models);
  const say = (line: string): void => printLines(runtime.io.stderr, [line]);
  const stops = createStops(runtime, { hint: 'Run the same command again; it starts from the beginning.' });
  try {
    const comparing = runtime.compareModels({
      ...{ models, split, device },
      data: data ?? null,
      progress: createPlainDisplay(say).service,
      log: logTo(say),
      signal: stops.signal,
    });
    return await Promise.race([comparing, stops.forced]);
  } finally {
    stops.dispose();
  }
};

export const compareModels = async (
  runtime: PlatformRuntime & CompareRuntime,
  options: CompareOptions,
): Promise<number> => {
  const { io } = runtime;
  checkOptions(options);
  const page = options.html === undefined ? null : await pageFile('--html', options.html);
  const comparison = await compare(runtime, options);
  // Before the page: a full disk must not take the result along.
  if (options.isJson) {
    printJson(io, comparisonJson(comparison));
  } else {
    printLines(io.stdout, comparisonLines(comparison, io.stdout.columns || USUAL_WIDTH));
  }
  if (page !== null) {
    await runtime.writeComparisonPage(page, comparison);
    printLines(io.stderr, [`Written to ${page}`]);
  }
  return EXIT.done;
};
