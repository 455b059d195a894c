import type { Command } from 'commander';
import { type CommandContext, examples, JSON_FLAG, VERBOSE } from './command-context.ts';
import { collect } from './option-values.ts';

export const addValidate = (program: Command, { runtime, finish }: CommandContext): void => {
  program
    .command('validate')
    .description('Check configs: every mistake with file, line, path, expectation and nearest valid key.')
    .argument('<config...>', 'JSON files')
    .option('--set <key=value>', 'change one setting before checking; may be repeated', collect, [])
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('validate experiments/*.json', 'validate my.json --set seed=3 --json'))
    .action(async (files: readonly string[], flags: { readonly set: readonly string[]; readonly json?: boolean }) => {
      const { validateConfigs } = await import('../actions/validate-configs.ts');
      finish(await validateConfigs(runtime, files, { set: flags.set, isJson: flags.json === true }));
    });
};
