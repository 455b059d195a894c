import type { Command } from 'commander';
import { CONFIG, type CommandContext, examples } from '../command-line/command-context.ts';
import { MAX_BAD_ROWS, overridesOf } from '../command-line/data-options.ts';
import { JSON_FLAG, PLAIN, REQUIRE_PROMOTION, SET, TIMEOUT, VERBOSE } from '../command-line/shared-options.ts';
import { eventsOption } from './events-option.ts';
import type { RunRuntime } from './run-runtime.ts';

interface RunFlags {
  readonly set?: readonly string[];
  readonly maxBadRows?: number;
  readonly fresh?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly events?: boolean;
  readonly requirePromotion?: boolean;
  readonly dryRun?: boolean;
  readonly timeout?: number;
}

export const addRun = (program: Command, { runtime, finish }: CommandContext<RunRuntime>): void => {
  program
    .command('run')
    .description('Run an experiment and watch it. Ctrl-C detaches; the experiment keeps running.')
    .argument(...CONFIG)
    .option(...SET)
    .option(...MAX_BAD_ROWS)
    .option('--fresh', 'train every trial again, even if an identical one has finished')
    .option('--detach', 'start, print the id, and return at once')
    .option('--dry-run', 'print data, trials and sizes; start nothing')
    .option(...REQUIRE_PROMOTION)
    .option(...TIMEOUT)
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .addOption(eventsOption())
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        'run experiments/smoke.json',
        'run experiments/sweep.json --set training.num_epochs=10 --set sweep.max_trials=4',
        "run experiments/baseline.json --set 'model.hidden_dims=[256,128]' --json",
        'run experiments/sweep.json --dry-run',
      ),
    )
    .action(async (file: string, flags: RunFlags) => {
      const { runExperiment } = await import('./run-experiment.ts');
      finish(
        await runExperiment(runtime, file, {
          set: overridesOf(flags),
          isFresh: flags.fresh === true,
          isDetached: flags.detach === true,
          isJson: flags.json === true,
          isPlain: flags.plain === true,
          isEvents: flags.events === true,
          isPromotionRequired: flags.requirePromotion === true,
          isDryRun: flags.dryRun === true,
          timeoutMs: flags.timeout ?? null,
        }),
      );
    });
};
