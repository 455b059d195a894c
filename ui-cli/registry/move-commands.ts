/** Commands that move a registered model's aliases: promote, rollback, archive. Each asks first. */
import type { Command } from 'commander';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { JSON_FLAG, REASON, VERBOSE, YES } from '../command-line/shared-options.ts';
import type { RegistryRuntime } from './registry-runtime.ts';

interface MoveFlags {
  readonly reason?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const REFERENCE = ['<ref>', 'name/version, name@alias, a run id, or <experiment>/<trial>'] as const;

const optionsOf = ({ reason = 'no reason given', yes, json }: MoveFlags) => ({
  reason,
  isYes: yes === true,
  isJson: json === true,
});

export const addMoves = (models: Command, { runtime, finish }: CommandContext<RegistryRuntime>): void => {
  models
    .command('promote')
    .description('Make a version champion by your own decision; says what the gate had said of it.')
    .argument(...REFERENCE)
    .requiredOption(...REASON)
    .option(...YES)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('models promote two-tower/3 --reason "better for new users"'))
    .action(async (reference: string, flags: MoveFlags) => {
      const { moveModel } = await import('./move-model.ts');
      finish(await moveModel(runtime, 'promote', reference, optionsOf(flags)));
    });
  models
    .command('rollback')
    .description('Make the version champion that served before; twice is back where one was.')
    .argument('<name>', 'registered model; see `tt-exp models`')
    .requiredOption(...REASON)
    .option(...YES)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('models rollback two-tower --reason "complaints since Monday" --yes'))
    .action(async (name: string, flags: MoveFlags) => {
      const { moveModel } = await import('./move-model.ts');
      finish(await moveModel(runtime, 'rollback', name, optionsOf(flags)));
    });
  models
    .command('archive')
    .description('Put a version out of use: it cannot become champion or previous any more.')
    .argument(...REFERENCE)
    .option(...REASON)
    .option(...YES)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('models archive two-tower/2 --reason "trained on wrong labels"'))
    .action(async (reference: string, flags: MoveFlags) => {
      const { moveModel } = await import('./move-model.ts');
      finish(await moveModel(runtime, 'archive', reference, optionsOf(flags)));
    });
};
