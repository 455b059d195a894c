/** `tt-exp compare`. */

import type { Command } from 'commander';
import { DEVICES, type Device } from '../../contracts/local-model.ts';
import type { EvaluatedSplit } from '../../contracts/trainer.ts';
import { type CommandContext, examples, JSON_FLAG, VERBOSE } from '../command-line/command-context.ts';
import { choiceOption } from '../command-line/option-values.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import type { CompareRuntime } from './compare-runtime.ts';

interface CompareFlags {
  readonly data?: string;
  readonly split: EvaluatedSplit;
  readonly device: Device;
  readonly html?: string;
  readonly json?: boolean;
}

const SPLITS = ['test', 'validation'] as const satisfies readonly EvaluatedSplit[];

const HELP = `
A model is a folder that train wrote; name, name@alias or name/version in the registry; the id of an MLflow run;
or <experiment>/<trial id>. All of them rank the same users of one part of one dataset version.

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
    .option('--split <part>', `one of ${SPLITS.join(', ')}`, choiceOption('--split', SPLITS), 'test')
    .option(
      '--device <name>',
      `one of ${DEVICES.join(', ')}; auto takes the fastest`,
      choiceOption('--device', DEVICES),
      'auto',
    )
    .option('--html <file>', 'also write everything as one page')
    .option(...JSON_FLAG)
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
