import type { Command } from 'commander';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { integerOption, sinceOption } from '../command-line/option-values.ts';
import { VERBOSE } from '../command-line/shared-options.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import type { LogsRuntime } from './logs-runtime.ts';

interface LogsFlags {
  readonly follow?: boolean;
  readonly lines?: number;
  /** Epoch milliseconds. */
  readonly since?: number;
  readonly json?: boolean;
}

const DEFAULT_LINES = 100;

export const addLogs = (program: Command, { runtime, finish }: CommandContext<PlatformRuntime & LogsRuntime>): void => {
  program
    .command('logs')
    .description('Print what a server or worker has logged, or what has happened in an experiment or trial.')
    .argument(
      '<what>',
      'temporal, mlflow, supervisor, or a worker (`worker` is all of them); an experiment, or <experiment>/<trial>',
    )
    .option('-f, --follow', 'print what is added too, until Ctrl-C or the end of the experiment')
    .option(
      '-n, --lines <n>',
      `last lines; default: ${DEFAULT_LINES}, or all of them with --since`,
      integerOption('--lines', 0),
    )
    .option('--since <time>', 'only what is newer: 10m, 2h, or 2026-11-01T12:00', sinceOption('--since', runtime.now))
    .option('--json', 'print one JSON object a line on stdout')
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        'logs worker --lines 500',
        'logs mlflow --since 10m',
        'logs -f sweep-0123456789/trial-003',
        'logs -f temporal --json',
      ),
    )
    .action(async (what: string, { follow, lines, since, json }: LogsFlags) => {
      const { showLogs } = await import('./show-logs.ts');
      finish(
        await showLogs(runtime, what, {
          count: lines ?? (since === undefined ? DEFAULT_LINES : Number.POSITIVE_INFINITY),
          sinceMs: since ?? null,
          isFollowed: follow === true,
          isJson: json === true,
        }),
      );
    });
};
