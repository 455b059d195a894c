import type { Command } from 'commander';
import type { TaskQueue } from '../../contracts/names.ts';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { integerOption, queueOption } from '../command-line/option-values.ts';
import { VERBOSE } from '../command-line/shared-options.ts';
import type { ServicesRuntime } from './services-runtime.ts';

export const addWorker = (program: Command, { runtime, finish }: CommandContext<ServicesRuntime>): void => {
  program
    .command('worker')
    .description('Serve one task queue of the server at TEMPORAL_ADDRESS, until Ctrl-C or SIGTERM.')
    .requiredOption('--queue <name>', 'tt-cpu (data, evaluation, registry) or tt-gpu (training)', queueOption)
    .option('--slots <n>', 'steps at once; on tt-gpu one per GPU or group of cores', integerOption('--slots', 1), 1)
    .option(...VERBOSE)
    .addHelpText('after', examples('worker --queue tt-gpu --slots 2'))
    .action(async ({ queue, slots }: { readonly queue: TaskQueue; readonly slots: number }) => {
      const { serveQueue } = await import('./serve-queue.ts');
      finish(await serveQueue(runtime, { queue, slots }));
    });
};
