import type { Command } from 'commander';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { integerOption } from '../command-line/option-values.ts';
import { fileFormat, JSON_FLAG, PLAIN, VERBOSE } from '../command-line/shared-options.ts';
import type { DataRuntime } from './data-runtime.ts';
import { addDataSource } from './source-commands.ts';
import { addDataVersions } from './version-commands.ts';

interface GenerateFlags {
  readonly users: number;
  readonly startups: number;
  readonly interactions: number;
  readonly seed: number;
  readonly to: string;
  readonly format: 'parquet' | 'csv';
  readonly force?: boolean;
  readonly json?: boolean;
}

/** The schema allows no less. */
const LEAST = 10;

export const addData = (program: Command, context: CommandContext<DataRuntime>): void => {
  const { runtime, finish } = context;
  const data = program.command('data').description('Work with data sets.');
  data
    .command('generate')
    .description('Write the built-in synthetic data set as files: developers, startups, interactions, embeddings.')
    .option('--users <n>', 'developers', integerOption('--users', LEAST), 350)
    .option('--startups <n>', 'startups', integerOption('--startups', LEAST), 250)
    .option(
      '--interactions <n>',
      'engagements; each is one or more events',
      integerOption('--interactions', LEAST),
      7500,
    )
    .option('--seed <n>', 'equal seeds give equal files', integerOption('--seed', 0), 7)
    .option('--to <folder>', 'where the files go', 'data')
    .option(...fileFormat(), 'parquet')
    .option('--force', 'replace existing files of the same names')
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples('data generate --users 350 --startups 250 --interactions 7500 --to data/', 'data generate --format csv'),
    )
    .action(async ({ to, force, json, ...request }: GenerateFlags) => {
      const { generateData } = await import('./generate-data.ts');
      const { users, startups, interactions, seed, format } = request;
      const target = { folder: to, isForced: force === true };
      finish(await generateData(runtime, { users, startups, interactions, seed, format, ...target }, json === true));
    });
  addDataSource(data, context);
  addDataVersions(data, context);
};
