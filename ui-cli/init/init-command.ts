import { type Command, Option } from 'commander';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { COLUMNS, MAX_BAD_ROWS } from '../command-line/data-options.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { JSON_FLAG, PLAIN, VERBOSE, YES } from '../command-line/shared-options.ts';
import type { InitRuntime } from './init-runtime.ts';

interface InitFlags {
  readonly from?: string;
  readonly columns?: readonly string[];
  readonly name?: string;
  readonly to?: string;
  readonly out?: string;
  readonly maxBadRows?: number;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const addInit = (program: Command, { runtime, finish }: CommandContext<ProcessRuntime & InitRuntime>): void => {
  program
    .command('init')
    .description('Write a first config for a file of interactions; on a terminal, asks for what is not given.')
    .option('--from <file>', 'CSV, Parquet or JSON file of interactions')
    .option(...COLUMNS)
    .option('--name <name>', 'name of the experiment; default: that of the file')
    .option('--to <file>', 'where the config goes; default: experiments/<name>.jsonc, which has comments')
    .addOption(new Option('--out <file>', 'the same, as it was called before').hideHelp())
    .option(...MAX_BAD_ROWS)
    .option(...YES)
    .option('--force', 'replace an existing config')
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        'init',
        'init --yes --from ratings.csv',
        'init --from events.parquet --name events --to experiments/events.json',
      ),
    )
    .action(async ({ yes, force, json, maxBadRows, to, out = to, ...flags }: InitFlags) => {
      const { initExperiment } = await import('./init-experiment.ts');
      finish(
        await initExperiment(runtime, {
          ...flags,
          ...(out !== undefined && { out }),
          maxBadRows: maxBadRows ?? null,
          isYes: yes === true,
          isForced: force === true,
          isJson: json === true,
        }),
      );
    });
};
