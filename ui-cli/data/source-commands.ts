/** Commands on the source that a config names: check, embed. */

import type { Command } from 'commander';
import { CONFIG, type CommandContext, examples } from '../command-line/command-context.ts';
import { MAX_BAD_ROWS, overridesOf } from '../command-line/data-options.ts';
import { JSON_FLAG, PLAIN, SET, VERBOSE } from '../command-line/shared-options.ts';
import type { DataRuntime } from './data-runtime.ts';

interface SourceFlags {
  readonly set?: readonly string[];
  readonly maxBadRows?: number;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export const addDataSource = (data: Command, { runtime, finish }: CommandContext<DataRuntime>): void => {
  data
    .command('check')
    .description("Check the rows of a config's source before training; exit with 65 if a blocking check fails.")
    .argument(...CONFIG)
    .option(...SET)
    .option(...MAX_BAD_ROWS)
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option('--verbose', 'show the query of each failed check, and the stack of an error')
    .addHelpText(
      'after',
      examples('data check experiments/smoke.json', 'data check my.json --max-bad-rows 10 --verbose'),
    )
    .action(async (file: string, _flags: SourceFlags, command: Command) => {
      const flags = command.optsWithGlobals<SourceFlags>();
      const { checkDataSource } = await import('./check-source.ts');
      finish(
        await checkDataSource(runtime, file, {
          set: overridesOf(flags),
          isJson: flags.json === true,
          isVerbose: flags.verbose === true,
        }),
      );
    });
  data
    .command('embed')
    .description("Make the text embeddings of a config's source ahead of a run. Ctrl-C stops; run it again to resume.")
    .argument(...CONFIG)
    .option(...SET)
    .option(...MAX_BAD_ROWS)
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText('after', examples('data embed my.json', 'data embed my.json --set data.text_encoder=minilm'))
    .action(async (file: string, flags: SourceFlags) => {
      const { embedDataSource } = await import('./embed-source.ts');
      finish(await embedDataSource(runtime, file, { set: overridesOf(flags), isJson: flags.json === true }));
    });
};
