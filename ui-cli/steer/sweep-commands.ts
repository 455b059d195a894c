/** Commands that change what a sweep does: pause, resume, parallel, cancel, retry, extend. */

import type { Command } from 'commander';
import { type CommandContext, examples, ID } from '../command-line/command-context.ts';
import { integerArgument, integerOption } from '../command-line/option-values.ts';
import { JSON_FLAG, SET, VERBOSE } from '../command-line/shared-options.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';

interface JsonFlags {
  readonly json?: boolean;
}

const addPausing = (
  program: Command,
  { runtime, finish }: CommandContext<PlatformRuntime>,
  verb: 'pause' | 'resume',
): void => {
  program
    .command(verb)
    .description(
      verb === 'pause'
        ? 'Pause after the current epoch. `resume` continues from there.'
        : 'Continue a paused experiment.',
    )
    .argument(...ID)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples(`${verb} sweep-0123456789`))
    .action(async (id: string, { json }: JsonFlags) => {
      const { setPaused } = await import('./steer-sweep.ts');
      finish(await setPaused(runtime, id, { isPaused: verb === 'pause', isJson: json === true }));
    });
};

const addParallel = (program: Command, { runtime, finish }: CommandContext<PlatformRuntime>): void => {
  program
    .command('parallel')
    .description(
      'Change how many trials run at once; when lowered, surplus trials run to their next rung (to their end without a scheduler).',
    )
    .argument(...ID)
    .argument('<n>', 'most trials at once', integerArgument('<n>', 1))
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('parallel sweep-0123456789 4'))
    .action(async (id: string, maxParallel: number, { json }: JsonFlags) => {
      const { setMaxParallel } = await import('./steer-sweep.ts');
      finish(await setMaxParallel(runtime, id, { maxParallel, isJson: json === true }));
    });
};

const addCancel = (program: Command, { runtime, finish }: CommandContext<PlatformRuntime>): void => {
  program
    .command('cancel')
    .description('Cancel an experiment or one trial after the current epoch; results so far are kept.')
    .argument(...ID)
    .option('--trial <id>', 'cancel only this trial, and wait for it to end')
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('cancel sweep-0123456789', 'cancel sweep-0123456789 --trial trial-003'))
    .action(async (id: string, { trial, json }: JsonFlags & { readonly trial?: string }) => {
      const { cancelExperiment } = await import('./steer-sweep.ts');
      finish(await cancelExperiment(runtime, id, { trialId: trial ?? null, isJson: json === true }));
    });
};

const addRetry = (program: Command, { runtime, finish }: CommandContext<PlatformRuntime>): void => {
  program
    .command('retry')
    .description('Re-run failed trials, reusing finished results. An experiment that has ended is started again.')
    .argument(...ID)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('retry sweep-0123456789'))
    .action(async (id: string, { json }: JsonFlags) => {
      const { retryExperiment } = await import('../run/retry-experiment.ts');
      finish(await retryExperiment(runtime, id, json === true));
    });
};

interface ExtendFlags extends JsonFlags {
  readonly trials?: number;
  readonly epochs?: number;
  readonly set?: readonly string[];
}

const addExtend = (program: Command, { runtime, finish }: CommandContext<PlatformRuntime>): void => {
  program
    .command('extend')
    .description('Start a new experiment from one that has ended, with more trials or epochs, reusing its trials.')
    .argument(...ID)
    .option('--trials <n>', 'trials in all (sweep.max_trials)', integerOption('--trials', 1))
    .option('--epochs <n>', 'epochs of each trial in all (training.num_epochs)', integerOption('--epochs', 1))
    .option(...SET)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        'extend sweep-0123456789 --trials 40',
        'extend sweep-0123456789 --epochs 30',
        'extend sweep-0123456789 --set sweep.scheduler.type=asha',
      ),
    )
    .action(async (id: string, { trials, epochs, set = [], json }: ExtendFlags) => {
      const { extendExperiment } = await import('../run/extend-experiment.ts');
      const change = { trials: trials ?? null, epochs: epochs ?? null, set };
      finish(await extendExperiment(runtime, id, { ...change, isJson: json === true }));
    });
};

export const addSweepSteering = (program: Command, context: CommandContext<PlatformRuntime>): void => {
  addPausing(program, context, 'pause');
  addPausing(program, context, 'resume');
  addParallel(program, context);
  addCancel(program, context);
  addRetry(program, context);
  addExtend(program, context);
};
