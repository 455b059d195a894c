import type { Command } from 'commander';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { MAX_BAD_ROWS, overridesOf } from '../command-line/data-options.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { JSON_FLAG, SET, VERBOSE } from '../command-line/shared-options.ts';

interface ValidateFlags {
  readonly set?: readonly string[];
  readonly maxBadRows?: number;
  readonly json?: boolean;
}

export const addValidate = (program: Command, { runtime, finish }: CommandContext<ProcessRuntime>): void => {
  program
    .command('validate')
    .description(
      'Check configs and report every mistake with file, line, path, what was expected and the nearest valid key.',
    )
    .argument('<config...>', 'JSON files')
    .option(...SET)
    .option(...MAX_BAD_ROWS)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('validate experiments/*.json', 'validate my.json --set seed=3 --json'))
    .action(async (files: readonly string[], flags: ValidateFlags) => {
      const { validateConfigs } = await import('./validate-configs.ts');
      finish(await validateConfigs(runtime, files, { set: overridesOf(flags), isJson: flags.json === true }));
    });
};
