/** `tt-exp reproduce`. */

import type { Command } from 'commander';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { notNegativeOption } from '../command-line/option-values.ts';
import { JSON_FLAG, PLAIN, VERBOSE } from '../command-line/shared-options.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import type { ModelRuntime } from './model-runtime.ts';

interface ReproduceFlags {
  readonly tolerance: number;
  readonly json?: boolean;
}

export const addReproduction = (
  program: Command,
  { runtime, finish }: CommandContext<PlatformRuntime & ModelRuntime>,
): void => {
  program
    .command('reproduce')
    .description('Train a trial again from its MLflow record and compare every epoch; exit with 1 if any differs.')
    .argument('<run>', 'an experiment (its best trial), <experiment>/<trial id>, or the id of an MLflow run')
    .option(
      '--tolerance <x>',
      'largest absolute difference that counts as equal; 0 requires equal bits',
      notNegativeOption('--tolerance'),
      0,
    )
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples('reproduce sweep-0123456789/trial-003', 'reproduce 0123456789abcdef0123456789abcdef --tolerance 1e-6'),
    )
    .action(async (run: string, { tolerance, json }: ReproduceFlags) => {
      const { reproduceTrial } = await import('./reproduce-trial.ts');
      finish(await reproduceTrial(runtime, { run, tolerance, isJson: json === true }));
    });
};
