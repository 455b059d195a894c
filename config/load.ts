/** From a config file and `--set` overrides to a checked config with every default: the way in for every command. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import type { ExperimentConfig } from '../contracts/experiment-config.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import { checkGate } from './check-gate.ts';
import { checkHistory } from './check-history.ts';
import { checkOverrides } from './check-overrides.ts';
import { checkSchema } from './check-schema.ts';
import { checkSource } from './check-source.ts';
import { checkSpace } from './check-space.ts';
import { checkSplit } from './check-split.ts';
import { type ConfigSource, createConfigSource } from './config-source.ts';
import { asConfigDocument } from './hyperparameters.ts';
import { type JsonDocument, parseJsonDocument } from './json-document.ts';
import { type JsonPath, valueAt } from './json-path.ts';
import { nearestName } from './nearest.ts';
import { type Override, parseOverride } from './overrides.ts';
import { type FoundProblem, MOST_PROBLEMS, toConfigError } from './problem.ts';
import { resolveConfig } from './resolve.ts';
import { checkPoints } from './space/check-points.ts';

const EXPERIMENTS_FOLDER = 'experiments';

const CONFIG_FILE = /\.jsonc?$/;

const listExperiments = async (): Promise<readonly string[]> => {
  // Without such a folder there is only no suggestion.
  const names = await readdir(EXPERIMENTS_FOLDER).catch((): string[] => []);
  return names.filter((name) => CONFIG_FILE.test(name)).sort();
};

const notFound = async (file: string, cause: unknown): Promise<TtExpError> => {
  const code = (cause as NodeJS.ErrnoException).code;
  const found = code === 'EISDIR' ? 'a folder' : code === 'EACCES' ? 'a file without read permission' : 'no such file';
  const names = await listExperiments();
  const stemOf = (name: string): string => name.replace(CONFIG_FILE, '');
  const nearest = nearestName(stemOf(basename(file)), names.map(stemOf));
  const meant = names.find((name) => stemOf(name) === nearest);
  const hint =
    meant !== undefined
      ? `Did you mean ${join(EXPERIMENTS_FOLDER, meant)}?`
      : names.length > 0
        ? `Configs in ${EXPERIMENTS_FOLDER}/: ${names.join(', ')}.`
        : 'Check the path; it is relative to the current folder.';
  return new TtExpError('CONFIG_NOT_FOUND', `${file}: got ${found}, expected a JSON config`, { hint, cause });
};

/** Throws CONFIG_NOT_FOUND or CONFIG_SYNTAX. */
const readJsonDocument = async (file: string): Promise<JsonDocument> => {
  const text = await readFile(file, 'utf8').catch(async (error: unknown) => {
    throw await notFound(file, error);
  });
  return parseJsonDocument(file, text);
};

const duplicateProblems = ({ document, problem }: ConfigSource): readonly FoundProblem[] =>
  document.duplicates.slice(0, MOST_PROBLEMS).map(({ path, position, first }) => ({
    ...problem({
      path,
      part: 'key',
      expected: `each key once (it is on line ${first.line} already)`,
      found: 'the key a second time',
    }),
    file: document.file,
    ...position,
  }));

/** Places of the file from top to bottom, then what `--set` brought. */
const byPlace = (a: FoundProblem, b: FoundProblem): number => {
  const afterAll = Number.MAX_SAFE_INTEGER;
  return (
    (a.line ?? afterAll) - (b.line ?? afterAll) || (a.column ?? 0) - (b.column ?? 0) || a.file.localeCompare(b.file)
  );
};

export interface CheckOptions {
  /** Overrides that trials of a sweep must not lack. */
  readonly effective?: readonly Override[];
  /** What is trained on the data that the config describes, so that they must go together; null: nothing. */
  readonly trains: 'sweep' | 'one_model' | null;
}

/** Everything that is wrong, at once, in the order of the file. Throws CONFIG_INVALID or SPACE_EMPTY. */
export const checkConfig = (source: ConfigSource, { effective = [], trains }: CheckOptions): ResolvedConfig => {
  const schemaFindings = checkSchema(source.value);
  const isReported = (section: string): boolean =>
    schemaFindings.some(({ path }) => path.length === 0 || path.join('.').startsWith(section));
  const findings = [
    ...schemaFindings,
    ...(isReported('data.split') ? [] : checkSplit(source.value)),
    ...(isReported('data') ? [] : checkSource(source.value)),
    ...(isReported('gate') || isReported('data') ? [] : checkGate(source.value)),
    ...(trains === null || isReported('data') || isReported('model') ? [] : checkHistory(source.value, trains)),
    ...checkSpace(source.value),
    ...checkOverrides(source.value, effective),
  ];
  const known = [...duplicateProblems(source), ...findings.slice(0, MOST_PROBLEMS).map(source.problem)];
  const problems = known.length > 0 ? known : checkPoints(source.value).map(source.problem);
  if (problems.length > 0) {
    throw toConfigError(source.file, problems.toSorted(byPlace));
  }
  return resolveConfig(source.value as ExperimentConfig);
};

/**
 * Reads, overrides, checks and completes one config; a file of bare hyperparameters counts as one. An override that the
 * sweep leaves without effect is refused.
 * Throws USAGE (malformed override), CONFIG_NOT_FOUND, CONFIG_SYNTAX, CONFIG_INVALID, SPACE_EMPTY.
 */
export const loadConfig = async (
  file: string,
  overrides: readonly (string | Override)[] = [],
): Promise<ResolvedConfig> => {
  const parsed = parseOverrides(overrides);
  const source = createConfigSource(asConfigDocument(await readJsonDocument(file)), parsed);
  return checkConfig(source, { effective: parsed, trains: 'sweep' });
};

/** The same for the text of a file that need not be there yet. */
export const parseConfig = (file: string, text: string): ResolvedConfig =>
  checkConfig(createConfigSource(asConfigDocument(parseJsonDocument(file, text)), []), { trains: 'sweep' });

interface Completion {
  /** What holds where neither the file nor an override names it, instead of the schema's defaults. */
  readonly defaults?: readonly Override[];
  /** Default: nothing, as only a part of the config is asked for. */
  readonly trains?: 'one_model' | null;
}

const completed = (
  document: JsonDocument,
  overrides: readonly (string | Override)[],
  { defaults = [], trains = null }: Completion,
): ResolvedConfig => {
  const missing = defaults.filter(({ path }) => valueAt(document.value, path) === undefined);
  return checkConfig(createConfigSource(document, [...missing, ...parseOverrides(overrides)]), { trains });
};

/** The same for one training, which ignores the sweep: every override counts. */
export const loadTrainingConfig = async (
  file: string,
  overrides: readonly (string | Override)[],
  completion: Completion = {},
): Promise<ResolvedConfig> => completed(asConfigDocument(await readJsonDocument(file)), overrides, completion);

/** What the file itself says at a place, unchecked; undefined where it says nothing. Throws CONFIG_NOT_FOUND, CONFIG_SYNTAX. */
export const readConfigValue = async (file: string, path: JsonPath): Promise<unknown> =>
  valueAt(asConfigDocument(await readJsonDocument(file)).value, path);

/** The same without a file: every default, and what the overrides say. */
export const defaultConfig = (
  name: string,
  overrides: readonly (string | Override)[] = [],
  completion: Completion = {},
): ResolvedConfig => {
  const document: JsonDocument = { file: 'the defaults', value: { name }, duplicates: [], position: () => null };
  return completed(document, overrides, completion);
};

export const parseOverrides = (overrides: readonly (string | Override)[]): readonly Override[] =>
  overrides.map((override) => (typeof override === 'string' ? parseOverride(override) : override));
