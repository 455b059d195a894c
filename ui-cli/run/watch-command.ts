import type { Command } from 'commander';
import { type CommandContext, examples, ID } from '../command-line/command-context.ts';
import { JSON_FLAG, PLAIN, REQUIRE_PROMOTION, TIMEOUT, VERBOSE } from '../command-line/shared-options.ts';
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
    .option(...REQUIRE_PROMOTION)
    .option(...TIMEOUT)
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
