/** `tt-exp compare`. */

import type { Command } from 'commander';
import type { Device } from '../../contracts/local-model.ts';
import type { EvaluatedSplit } from '../../contracts/trainer.ts';
import { type CommandContext, examples, MODEL_REFERENCE } from '../command-line/command-context.ts';
import { DEVICE, EVALUATED_SPLIT, JSON_FLAG, PLAIN, VERBOSE } from '../command-line/shared-options.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import type { CompareRuntime } from './compare-runtime.ts';

interface CompareFlags {
  readonly data?: string;
  readonly split: EvaluatedSplit;
  readonly device: Device;
  readonly html?: string;
  readonly json?: boolean;
}

const HELP = `
A model is ${MODEL_REFERENCE}.
All of them rank the same users of one part of one dataset version.

In each row of the metrics, * marks a model that is significantly better than every other (5 % level, paired
permutation test, adjusted for the number of pairs). Where there is none, = marks all that may be the best.`;

export const addCompare = (
  program: Command,
  { runtime, finish }: CommandContext<PlatformRuntime & CompareRuntime>,
): void => {
  program
    .command('compare')
    .description('Rank the same users with several models and print how they differ, and how sure that is.')
    .argument('<model>', 'the first model; its dataset version and relevance threshold hold for all')
    .argument('<others...>', 'one model or more to compare it with')
    .option('--data <version>', "a dataset version; default: that of the first model's training")
    .option(...EVALUATED_SPLIT)
    .option(...DEVICE)
    .option('--html <file>', 'also write everything as one page')
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      `${HELP}\n${examples(
        'compare models/two_tower_v1 models/two_tower_v2',
        'compare two-tower@champion two-tower@previous two-tower/3 --html comparison.html',
        'compare sweep-0123456789/trial-003 sweep-0123456789/trial-007 --split validation --json',
      )}`,
    )
    .action(async (first: string, others: readonly string[], { json, ...flags }: CompareFlags) => {
      const { compareModels } = await import('./compare-models.ts');
      finish(await compareModels(runtime, { ...flags, models: [first, ...others], isJson: json === true }));
    });
};
