import type { Command } from 'commander';
import { type CommandContext, examples, ID, JSON_FLAG, PLAIN, VERBOSE } from '../command-line/command-context.ts';
import { durationOption } from '../command-line/option-values.ts';
import type { DashboardRuntime } from '../dashboard/dashboard-runtime.ts';
import { eventsOption } from './events-option.ts';

interface WatchFlags {
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly events?: boolean;
  readonly requirePromotion?: boolean;
  readonly timeout?: number;
}

export const addWatch = (program: Command, { runtime, finish }: CommandContext<DashboardRuntime>): void => {
  program
    .command('watch')
    .description('Attach to an experiment, or show how it ended. Without an id, to the one that is running.')
    .argument('[id]', ID[1])
    .option('--require-promotion', 'exit with 1 unless the gate promotes the model')
    .option('--timeout <duration>', 'stop watching after 90s, 30m, 2h; exit with 75', durationOption('--timeout'))
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .addOption(eventsOption())
    .option(...VERBOSE)
    .addHelpText('after', examples('watch', 'watch sweep-0123456789', 'watch sweep --json'))
    .action(async (id: string | undefined, flags: WatchFlags) => {
      const { watchExperiment } = await import('./watch-experiment.ts');
      finish(
        await watchExperiment(runtime, id ?? null, {
          isJson: flags.json === true,
          isPlain: flags.plain === true,
          isEvents: flags.events === true,
          isPromotionRequired: flags.requirePromotion === true,
          timeoutMs: flags.timeout ?? null,
        }),
      );
    });
};
