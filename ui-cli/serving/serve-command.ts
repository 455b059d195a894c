import { type Command, Option } from 'commander';
import { shareProblem } from '../../policy/online/share-bounds.ts';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { integerOption, wrongOption } from '../command-line/option-values.ts';
import { JSON_FLAG, PLAIN, VERBOSE } from '../command-line/shared-options.ts';
import type { ServeRuntime } from './serve-runtime.ts';

const MOST_PORT = 65_535;

const portOption = (value: string): number => {
  const port = integerOption('--port', 0)(value);
  if (port > MOST_PORT) {
    throw wrongOption('--port', value, `a port, 0 to ${MOST_PORT}`, '5000');
  }
  return port;
};

/** The follower goes by the champion: nothing else may be named. */
const modelOption = (value: string): string => {
  if (value.trim() === '' || /[/@]|^\.+$/.test(value)) {
    throw wrongOption('--model', value, 'the name of a registered model; its champion is served', 'two-tower');
  }
  return value;
};

/** A digest, or a folder. */
const bundleOption = (value: string): string => {
  if (value.trim() === '') {
    throw wrongOption('--bundle', value, 'the digest or the folder of a bundle', '.tt-exp/bundles/<digest>');
  }
  return value;
};

const abOption = (value: string): number => {
  const share = Number(/^challenger=(.+)$/.exec(value)?.[1] ?? Number.NaN);
  const expected = shareProblem('split', share);
  if (expected !== null) {
    throw wrongOption('--ab', value, `challenger=<share>, ${expected}`, 'challenger=0.1');
  }
  return share;
};

interface ServeFlags {
  readonly port: number;
  readonly host: string;
  readonly model: string;
  readonly bundle?: string;
  readonly parent?: number;
  readonly apiKeys?: string;
  readonly rateLimit?: number;
  readonly ab?: number;
  readonly onlineEncoding?: boolean;
  readonly json?: boolean;
}

export const addServe = (program: Command, { runtime, finish }: CommandContext<ServeRuntime>): void => {
  program
    .command('serve')
    .description(
      'Serve recommendations of a champion over HTTP, following its alias, until Ctrl-C or SIGTERM; or those of one bundle.',
    )
    .option('--port <n>', 'port; 0 takes one that is free', portOption, 5000)
    .option('--host <address>', 'address to listen at; any but loopback needs --api-keys', '127.0.0.1')
    .option('--model <name>', 'registered model, whose champion is served', modelOption, 'two-tower')
    .addOption(
      new Option('--bundle <bundle>', 'digest or folder of the one bundle to serve; follows nothing, takes no events')
        .argParser(bundleOption)
        .conflicts('model'),
    )
    .option(
      '--parent <pid>',
      'process that started this one: the server ends when it does',
      integerOption('--parent', 1),
    )
    .option('--api-keys <file>', 'digests of the keys that may ask, as JSON; see docs/serving.md')
    .option('--rate-limit <n>', 'requests a second of one key, or of one address', integerOption('--rate-limit', 1))
    .addOption(
      new Option('--ab <challenger=share>', 'give this share of the users the lists of the challenger; decides nothing')
        .argParser(abOption)
        .conflicts('bundle'),
    )
    .addOption(
      new Option(
        '--online-encoding',
        'take users and items that training has not seen; encodes them in a process with TensorFlow',
      ).conflicts('bundle'),
    )
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        'serve',
        'serve --port 8080 --json',
        'serve --bundle .tt-exp/bundles/<digest> --port 0',
        'serve --host 0.0.0.0 --api-keys keys.json --rate-limit 50',
        'serve --ab challenger=0.1',
        'serve --online-encoding',
      ),
    )
    .action(async ({ port, host, model, bundle, parent, apiKeys, rateLimit, ab, onlineEncoding, json }: ServeFlags) => {
      const { serveChampion } = await import('./serve-champion.ts');
      finish(
        await serveChampion(
          runtime,
          {
            ...{ port, host, model, bundle: bundle ?? null, parent: parent ?? null },
            ...{ apiKeysFile: apiKeys ?? null, rateLimit: rateLimit ?? null, challengerShare: ab ?? null },
            onlineEncoding: onlineEncoding === true,
          },
          json === true,
        ),
      );
    });
};
