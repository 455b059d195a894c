import type { Command } from 'commander';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { JSON_FLAG, VERBOSE } from '../command-line/shared-options.ts';
import type { RegistryRuntime } from '../registry/registry-runtime.ts';
import type { OpenRuntime } from './open-runtime.ts';

interface OpenFlags {
  readonly temporal?: boolean;
  readonly print?: boolean;
  readonly json?: boolean;
}

export const addOpen = (program: Command, { runtime, finish }: CommandContext<RegistryRuntime & OpenRuntime>): void => {
  program
    .command('open')
    .description('Open the page of an experiment, trial, run or model in MLflow; without a display, print its address.')
    .argument('[what]', 'an experiment, <experiment>/<trial>, a run id, a registered model or version; default: MLflow')
    .option('--temporal', "Temporal's page of the experiment or trial instead")
    .option('--print', 'print the address, open nothing')
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        'open sweep-0123456789',
        'open sweep-0123456789/trial-003 --temporal',
        'open two-tower@champion --print',
      ),
    )
    .action(async (what: string | undefined, { temporal, print, json }: OpenFlags) => {
      const { openSubject } = await import('./open-subject.ts');
      const options = { isTemporal: temporal === true, isPrinted: print === true, isJson: json === true };
      finish(await openSubject(runtime, what ?? null, options));
    });
};
