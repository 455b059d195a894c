/** `tt-exp compare`: models beside each other on the same users. */

import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { Device } from '../../contracts/local-model.ts';
import type { EvaluatedSplit } from '../../contracts/trainer.ts';
import { versionOption } from '../command-line/version-option.ts';
import { wholeModel } from '../model/whole-reference.ts';
import { withLocalWork } from '../model/with-local-work.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
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

const checkNumber = ({ models }: CompareOptions): void => {
  if (models.length > MOST_MODELS) {
    throw new TtExpError('USAGE', `compare: got ${models.length} models, expected at most ${MOST_MODELS}`, {
      hint: 'Compare the best of them: `tt-exp show <id>` ranks the trials of an experiment.',
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

export const compareModels = async (
  runtime: PlatformRuntime & CompareRuntime,
  options: CompareOptions,
): Promise<number> => {
  const { io } = runtime;
  checkNumber(options);
  const data = versionOption(options.data);
  const page = options.html === undefined ? null : await pageFile('--html', options.html);
  const models = await wholeModels(runtime, options.models);
  const { split, device } = options;
  const comparison = await withLocalWork(runtime, 'compare', (work) =>
    runtime.compareModels({ ...work, models, data, split, device }),
  );
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
