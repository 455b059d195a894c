import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Log } from '../../contracts/log.ts';
import { runCommand } from '../../host/processes/run-command.ts';
import type { Variables } from '../../host/processes/variables.ts';
import { type EnvironmentRequest, ensureEnvironment, findEnvironment } from './managed-environment.ts';

export interface TemporalBinary {
  readonly executable: string;
  /** Version of the command line, as "1.9.1". */
  readonly version: string;
  readonly origin: 'path' | 'environment';
  /** Whether `server start-dev` can be told not to fetch news from outside. */
  readonly canDisableNews: boolean;
}

const TIMEOUT_MS = 30_000;
const NEEDED_FLAGS = ['--db-filename', '--search-attribute', '--sqlite-pragma', '--dynamic-config-value', '--ui-port'];

export type BinaryProbe =
  | { readonly kind: 'works'; readonly version: string; readonly canDisableNews: boolean }
  | { readonly kind: 'unfit'; readonly reason: string };

/** Asks a `temporal` command for its version and for the server flags that we use. */
export const probeTemporal = async (executable: string, environment: Variables): Promise<BinaryProbe> => {
  const run = (args: readonly string[]) =>
    runCommand({ command: executable, args, env: environment, timeoutMs: TIMEOUT_MS });
  const asked = await run(['--version']);
  const said = asked.lines.join(' ');
  const version = /temporal version (\d+\.\d+\.\d+\S*)/.exec(said)?.[1];
  if (asked.kind === 'broken' || asked.code !== 0 || version === undefined) {
    const got = asked.kind === 'broken' ? asked.reason : said.slice(0, 200);
    return { kind: 'unfit', reason: `\`${executable} --version\` got ${got || 'no output'}` };
  }
  const help = (await run(['server', 'start-dev', '--help'])).lines.join('\n');
  const missing = NEEDED_FLAGS.filter((flag) => !help.includes(flag));
  if (missing.length > 0) {
    return { kind: 'unfit', reason: `${executable} ${version} lacks ${missing.join(', ')}` };
  }
  return { kind: 'works', version, canDisableNews: help.includes('--ui-disable-news-fetch') };
};

const findOnPath = async (environment: Variables): Promise<string | null> => {
  for (const folder of (environment.PATH ?? '').split(delimiter).filter((entry) => entry !== '')) {
    const candidate = join(folder, 'temporal');
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // not in this folder: the search goes on
    }
  }
  return null;
};

const fromPath = async (environment: Variables, log: Log): Promise<TemporalBinary | null> => {
  const executable = await findOnPath(environment);
  if (executable === null) {
    return null;
  }
  const probe = await probeTemporal(executable, environment);
  if (probe.kind === 'works') {
    return { executable, version: probe.version, origin: 'path', canDisableNews: probe.canDisableNews };
  }
  log('warn', `temporal on PATH is not used: ${probe.reason}; using the managed one`);
  return null;
};

const fromFolder = async (folder: string, environment: Variables): Promise<TemporalBinary | string> => {
  const executable = join(folder, 'bin', 'temporal');
  const probe = await probeTemporal(executable, environment);
  return probe.kind === 'works'
    ? { executable, version: probe.version, origin: 'environment', canDisableNews: probe.canDisableNews }
    : probe.reason;
};

type TemporalRequest = Omit<EnvironmentRequest, 'part' | 'verify'> & { readonly log: Log };

/** `temporal` on PATH where it works, else the managed one if it is installed; null when there is neither. */
export const locateTemporal = async (
  request: Pick<TemporalRequest, 'cacheFolder' | 'requirementsFolder' | 'environment' | 'log'>,
): Promise<TemporalBinary | null> => {
  const found = await fromPath(request.environment, request.log);
  if (found !== null) {
    return found;
  }
  const managed = await findEnvironment({ ...request, part: 'temporal' });
  if (managed === null) {
    return null;
  }
  const binary = await fromFolder(managed.folder, request.environment);
  return typeof binary === 'string' ? null : binary;
};

/** As locateTemporal, installing the managed one where there is neither. */
export const ensureTemporal = async (request: TemporalRequest): Promise<TemporalBinary> => {
  const found = await locateTemporal(request);
  if (found !== null) {
    return found;
  }
  const verify = async ({ folder }: { readonly folder: string }): Promise<string | null> => {
    const binary = await fromFolder(folder, request.environment);
    return typeof binary === 'string' ? binary : null;
  };
  const managed = await ensureEnvironment({ ...request, part: 'temporal', verify });
  const binary = await fromFolder(managed.folder, request.environment);
  if (typeof binary !== 'string') {
    return binary;
  }
  throw new Error(`temporal worked when it was installed but no longer does: ${binary}`);
};
