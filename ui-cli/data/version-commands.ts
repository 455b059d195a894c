/** Commands on dataset versions that exist on this host: versions, show, diff, export, gc. */

import { type Command, Option } from 'commander';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { choiceOption, integerOption, wrongOption } from '../command-line/option-values.ts';
import { fileFormat, JSON_FLAG, PLAIN, VERBOSE } from '../command-line/shared-options.ts';
import { parseDuration } from '../text/formats.ts';
import type { DataRuntime } from './data-runtime.ts';
import type { ExportFlags } from './export-data.ts';

interface JsonFlag {
  readonly json?: boolean;
}

const VERSION = 'id or unique prefix; see `tt-exp data versions`';
const SPLITS = ['train', 'validation', 'test', 'all'] as const;

/** A duration in milliseconds; 0 is one too. */
const ageOption = (value: string): number => {
  const milliseconds = /^0+[a-z]*$/.test(value) ? 0 : parseDuration(value);
  if (milliseconds === null) {
    throw wrongOption('--older-than', value, 'a duration', '7d');
  }
  return milliseconds;
};

const WEEK_MS = 7 * 86_400_000;

const addReading = (data: Command, { runtime, finish }: CommandContext<DataRuntime>): void => {
  data
    .command('versions')
    .description('List the dataset versions on this host, newest first.')
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('data versions', 'data versions --json'))
    .action(async ({ json }: JsonFlag) => {
      const { listDataVersions } = await import('./list-versions.ts');
      finish(await listDataVersions(runtime, json === true));
    });
  data
    .command('show')
    .description('Show a dataset version: settings, labels, splits, coverage, sources, files.')
    .argument('<version>', VERSION)
    .option('--verify', 'compare every file with its digest; exit with 65 if one differs')
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText('after', examples('data show ds-0123456789abcdef', 'data show ds-01 --verify'))
    .action(async (version: string, { verify, json }: JsonFlag & { readonly verify?: boolean }) => {
      const { showDataVersion } = await import('./show-version.ts');
      finish(await showDataVersion(runtime, version, { isVerified: verify === true, isJson: json === true }));
    });
  data
    .command('diff')
    .description('Compare two dataset versions: rows, labels, drift of every feature, settings.')
    .argument('<a>', VERSION)
    .argument('<b>', VERSION)
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText('after', examples('data diff ds-0123456789abcdef ds-fedcba9876543210'))
    .action(async (a: string, b: string, { json }: JsonFlag) => {
      const { diffDataVersions } = await import('./diff-versions.ts');
      finish(await diffDataVersions(runtime, { a, b }, json === true));
    });
};

export const addDataVersions = (data: Command, context: CommandContext<DataRuntime>): void => {
  const { runtime, finish } = context;
  addReading(data, context);
  data
    .command('export')
    .description("Write a dataset version's samples as one file for other tools.")
    .argument('<version>', VERSION)
    .option('--split <part>', `one of ${SPLITS.join(', ')}`, choiceOption('--split', SPLITS, 'test'), 'all')
    .option(...fileFormat('; default: that of the file of --to, else parquet'))
    .option('--to <path>', 'a file (*.csv, *.parquet), or a folder for <version>-<split>.<format>', '.')
    .option('--features', 'add the encoded features of user and item: lists in Parquet, text in CSV')
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        'data export ds-0123456789abcdef --split test --to test.csv',
        'data export ds-0123456789abcdef --features --to exports/',
      ),
    )
    .action(async (version: string, flags: ExportFlags & JsonFlag) => {
      const { exportData } = await import('./export-data.ts');
      finish(await exportData(runtime, version, flags, flags.json === true));
    });
  data
    .command('gc')
    .description(
      'Remove old dataset versions, stages that no version needs, bundles that nobody has opened for long, and what killed processes left.',
    )
    .option(
      '--keep <n>',
      'keep this many of the newest versions, and of the bundles opened last, whatever their age',
      integerOption('--keep', 0),
      5,
    )
    .addOption(
      new Option('--older-than <duration>', 'keep what was used within this time, such as 12h or 7d')
        .argParser(ageOption)
        .default(WEEK_MS, '7d'),
    )
    .option('--include-blessed', 'also remove blessed bundles of which there is no other copy; default: they stay')
    .option('--dry-run', 'list what would be removed; remove nothing')
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText('after', examples('data gc --dry-run', 'data gc --keep 2 --older-than 1d'))
    .action(async ({ keep, olderThan, dryRun, includeBlessed, json }: JsonFlag & GarbageFlags) => {
      const { collectDataGarbage } = await import('./collect-garbage.ts');
      const request = {
        ...{ keep, olderThanMs: olderThan, isDryRun: dryRun === true },
        ...(includeBlessed === true ? { includesBlessed: true } : {}),
      };
      finish(await collectDataGarbage(runtime, request, json === true));
    });
};

interface GarbageFlags {
  readonly keep: number;
  readonly olderThan: number;
  readonly dryRun?: boolean;
  readonly includeBlessed?: boolean;
}
