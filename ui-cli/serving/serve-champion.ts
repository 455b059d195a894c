/** `tt-exp serve`: answers over HTTP until it is told to stop. */
import { isIP } from 'node:net';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { createStops } from '../command-line/stops.ts';
import { openProgress } from '../display/progress.ts';
import { printJsonLine, printLines } from '../text/output.ts';
import type { ServeRequest, ServeRuntime, ServingFacts } from './serve-runtime.ts';

export type ServeOptions = Pick<
  ServeRequest,
  'model' | 'bundle' | 'parent' | 'host' | 'port' | 'apiKeysFile' | 'rateLimit' | 'challengerShare' | 'onlineEncoding'
>;

/** Whom no key asks: one client cannot take the whole server from the others. */
const DEFAULT_RATE_LIMIT = 200;

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** Throws USAGE for an address that others reach, without keys. */
const checkExposure = ({ host, apiKeysFile }: ServeOptions): void => {
  if (!isLoopback(host) && apiKeysFile === null) {
    throw new TtExpError('USAGE', `--host: ${host} can be reached from other machines, so it needs --api-keys`, {
      hint: 'Name a file with the digests of the keys, as in docs/serving.md, or listen at 127.0.0.1.',
    });
  }
};

const readyLine = ({ url, model, modelVersion, items, search, path }: ServingFacts): string =>
  `serve: ${model === null ? 'a bundle of no registered model' : `${model}/${modelVersion ?? '?'}`} with ${items} items (${search} search) at ${url}${path}<id>; ` +
  `its API is shown at ${url}/docs; Ctrl-C stops it`;

export const serveChampion = async (runtime: ServeRuntime, options: ServeOptions, isJson: boolean): Promise<number> => {
  checkExposure(options);
  const { io } = runtime;
  // Until it is ready; what is built later shows only as lines of the log.
  const progress = openProgress(runtime, { name: 'serve' });
  const stops = createStops(runtime);
  const onReady = (facts: ServingFacts): void => {
    progress.close();
    if (isJson) {
      const { url, modelVersion, bundle, items, search } = facts;
      printJsonLine(io, { url, model_version: modelVersion, bundle, items, search });
    } else {
      printLines(io.stdout, [readyLine(facts)]);
    }
  };
  try {
    progress.begin(options.bundle === null ? 'looking for the champion and its bundle' : 'loading the bundle');
    const serving = runtime.serveModel({
      ...options,
      rateLimit: options.rateLimit ?? (isLoopback(options.host) ? null : DEFAULT_RATE_LIMIT),
      ...{ progress: progress.service, count: progress.count, log: progress.log, signal: stops.signal, onReady },
    });
    await Promise.race([serving, stops.forced]);
  } finally {
    progress.close();
    stops.dispose();
  }
  printLines(io.stderr, ['serve: stopped']);
  return EXIT.done;
};
