/** Commands that look at registered models; those that move their aliases are in move-commands.ts. */
import type { Command } from 'commander';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { pastOption } from '../command-line/option-values.ts';
import { JSON_FLAG, PLAIN, VERBOSE, YES } from '../command-line/shared-options.ts';
import { addMoves } from './move-commands.ts';
import type { RegistryRuntime } from './registry-runtime.ts';

interface JsonFlag {
  readonly json?: boolean;
}

interface AsOfFlag {
  /** Epoch milliseconds. */
  readonly asOf?: number;
}

export const MODEL = ['<name>', 'registered model; see `tt-exp models`'] as const;
export const VERSION_REFERENCE = [
  '<ref>',
  'name/version, name@alias, name for its champion, a run id, or <experiment>/<trial>',
] as const;
export const asOfOption = ({ now }: Pick<RegistryRuntime, 'now'>) =>
  [
    '--as-of <time>',
    'as it was at this time, by the ledger: 2026-11-01T12:00, in UTC unless it says otherwise',
    pastOption('--as-of', now),
  ] as const;

/** Nothing here asks; `--yes` is taken all the same, so that a script can give it to whatever names a version. */
const addReading = (models: Command, { runtime, finish }: CommandContext<RegistryRuntime>): void => {
  models
    .command('list', { isDefault: true })
    .description('List registered models with their versions, newest first; `tt-exp models` alone does the same.')
    .argument('[name]', 'only this model')
    .option(...asOfOption(runtime))
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('models', 'models two-tower --as-of 2026-11-01T12:00', 'models --json'))
    .action(async (name: string | undefined, { asOf, json }: JsonFlag & AsOfFlag) => {
      const { listModels } = await import('./list-models.ts');
      finish(await listModels(runtime, { name: name ?? null, asOfMs: asOf ?? null, isJson: json === true }));
    });
  models
    .command('show')
    .description('Show one version: run, data, metrics, size, verdict and its records in the ledger.')
    .argument(...VERSION_REFERENCE)
    .option(...asOfOption(runtime))
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples('models show two-tower@champion --as-of 2026-11-01', 'models show two-tower/3 --json'),
    )
    .action(async (reference: string, { asOf, json }: JsonFlag & AsOfFlag) => {
      const { showModel } = await import('./show-model.ts');
      finish(await showModel(runtime, reference, { asOfMs: asOf ?? null, isJson: json === true }));
    });
  models
    .command('history')
    .description('Show every move of the champion and every rejection: when, who, why, from and to.')
    .argument(...MODEL)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('models history two-tower', 'models history two-tower --json'))
    .action(async (name: string, { json }: JsonFlag) => {
      const { showHistory } = await import('./show-history.ts');
      finish(await showHistory(runtime, name, json === true));
    });
  models
    .command('verify')
    .description('Verify the ledger and the files of champion, challenger and previous; exit with 65 if any differs.')
    .argument(...MODEL)
    .option('--all', 'verify the files of every version')
    .option(...YES)
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText('after', examples('models verify two-tower', 'models verify two-tower --all'))
    .action(async (name: string, { all, json }: JsonFlag & { readonly all?: boolean }) => {
      const { verifyModel } = await import('./verify-model.ts');
      finish(await verifyModel(runtime, name, { isAll: all === true, isJson: json === true }));
    });
  models
    .command('pull')
    .description(
      'Copy a version to a folder, each file compared with its digest; `evaluate --model <folder>` takes it.',
    )
    .argument(...VERSION_REFERENCE)
    .requiredOption('--to <folder>', 'a new or an empty folder')
    .option('--force', 'replace an earlier copy, if nothing else lies there')
    .option(...YES)
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText('after', examples('models pull two-tower@champion --to models/champion'))
    .action(
      async (reference: string, { to, force, json }: JsonFlag & { readonly to: string; readonly force?: boolean }) => {
        const { pullModel } = await import('./pull-model.ts');
        finish(await pullModel(runtime, reference, { to, isForced: force === true, isJson: json === true }));
      },
    );
};

export const addRegistry = (program: Command, context: CommandContext<RegistryRuntime>): void => {
  const models = program.command('models').description('List, inspect, verify, copy and move registered models.');
  addReading(models, context);
  addMoves(models, context);
};
