/** `tt-exp recommend`. */
import type { Command } from 'commander';
import { ENGINE_NAMES, type EngineName } from '../../contracts/serving.ts';
import { type CommandContext, examples, MODEL_REFERENCE } from '../command-line/command-context.ts';
import { choiceOption, collect, integerOption, notNegativeOption } from '../command-line/option-values.ts';
import { JSON_FLAG, PLAIN, VERBOSE } from '../command-line/shared-options.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import type { RecommendRuntime } from './recommend-runtime.ts';

interface RecommendFlags {
  readonly limit: number;
  readonly offset: number;
  readonly filter?: readonly string[];
  readonly exclude?: readonly string[];
  readonly diversity?: number;
  readonly damping?: number;
  readonly engine?: EngineName;
  readonly model: string;
  readonly json?: boolean;
}

const HELP = `
The first call for a model builds its bundle, which needs TensorFlow and the model's dataset version; later ones do not.
What users did since is read from the events that servers of this home have recorded for the model.
A user whom the model's data does not have may state preferences with --filter, by fields of users: skills=rust.`;

export const addRecommend = (
  program: Command,
  { runtime, finish }: CommandContext<PlatformRuntime & RecommendRuntime>,
): void => {
  program
    .command('recommend')
    .description('Print what a model recommends to a user, as the server answers it.')
    .argument('<user-id>', 'a user; an unknown one is answered too')
    .option('--limit <n>', 'places of the list, 1 to 100', integerOption('--limit', 1), 10)
    .option('--offset <n>', 'places to leave out before them', integerOption('--offset', 0), 0)
    .option('--filter <field=value>', 'only items with this value, or a range as 5..10; may be repeated', collect)
    .option('--exclude <id>', 'an item that must not be in the list; may be repeated', collect)
    .option('--diversity <share>', 'how much the items shall differ, 0 to 1', notNegativeOption('--diversity'))
    .option('--damping <share>', 'how far popular items give way, 0 to 1', notNegativeOption('--damping'))
    .option(
      '--engine <name>',
      `one of ${ENGINE_NAMES.join(', ')}; default: by the user's interactions`,
      choiceOption('--engine', ENGINE_NAMES),
    )
    .option('--model <ref>', MODEL_REFERENCE, 'two-tower')
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      `${HELP}\n${examples(
        'recommend d0000042',
        'recommend d0000042 --limit 5 --filter type=collaboration --filter team_size=5..12',
        'recommend somebody-new --filter skills=rust --model models/two_tower_v1 --json',
      )}`,
    )
    .action(async (userId: string, { json, filter = [], exclude = [], ...flags }: RecommendFlags) => {
      const { recommendTo } = await import('./recommend-to.ts');
      finish(await recommendTo(runtime, { ...flags, filter, exclude, userId, isJson: json === true }));
    });
};
