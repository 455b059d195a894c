/**
 * Connection settings of a database source on their way from the command line to the local workers, which may have been
 * started long before from another shell. They belong to one experiment and one database: nobody else finds them. They
 * lie in the home folder, readable by its owner only, and go nowhere else: not into Temporal, MLflow, logs or digests.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../contracts/canonical-json.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { ResolvedSource } from '../../contracts/resolved-config.ts';
import {
  describeSource,
  isSameSource,
  type SourceBinding,
  type SourceIdentity,
} from '../../contracts/source-reading.ts';
import { readJsonFile, writeJsonFile } from '../../host/files/json-file.ts';
import { homeLayout } from '../../host/home-layout.ts';
import type { Variables } from '../../host/processes/variables.ts';
import { identifySource, namesDatabase } from '../index.ts';

interface Owner {
  readonly experimentId: string;
  readonly identity: SourceIdentity;
}

/** Older ones are taken away when the next ones are written; an experiment reads its source as soon as it begins. */
const KEPT_MS = 7 * 86_400_000;

const folderOf = (homeFolder: string): string => homeLayout(homeFolder).sourceVariablesFolder;

const fileOf = (homeFolder: string, { experimentId, identity }: Owner): string => {
  const digest = createHash('sha256').update(canonicalJson(identity)).digest('hex').slice(0, 16);
  return join(folderOf(homeFolder), `${experimentId}.${digest}.json`);
};

/** What a connection depends on. The driver takes the name of the account where no user is named. */
const isNeeded = (name: string, urlVariable: string): boolean =>
  name === urlVariable || /^PG[A-Z]+$/.test(name) || name === 'USER';

/** Removes what is old, and the file of earlier builds, which all experiments shared. */
const removeOld = async (homeFolder: string, nowMs: number): Promise<void> => {
  await rm(`${folderOf(homeFolder)}.json`, { force: true });
  for (const name of await readdir(folderOf(homeFolder))) {
    const file = join(folderOf(homeFolder), name);
    // Another command may be tidying up as well.
    const found = await stat(file).catch(() => null);
    if (found !== null && nowMs - found.mtimeMs > KEPT_MS) {
      await rm(file, { force: true });
    }
  }
};

const save = async (
  homeFolder: string,
  owner: Owner,
  {
    variables,
    urlVariable,
    nowMs,
  }: { readonly variables: Variables; readonly urlVariable: string; readonly nowMs: number },
): Promise<void> => {
  const own = Object.entries(variables).filter(([name]) => isNeeded(name, urlVariable));
  await mkdir(folderOf(homeFolder), { recursive: true, mode: 0o700 });
  await removeOld(homeFolder, nowMs);
  await writeJsonFile(fileOf(homeFolder, owner), Object.fromEntries(own));
};

/** null where nothing was left for this experiment and database. */
export const readSourceVariables = async (homeFolder: string, owner: Owner): Promise<Variables | null> => {
  const content = await readJsonFile(fileOf(homeFolder, owner));
  return content === undefined ? null : (content as Variables);
};

const removeSourceVariables = (homeFolder: string, owner: Owner): Promise<void> =>
  rm(fileOf(homeFolder, owner), { force: true });

export interface BindingRequest {
  readonly homeFolder: string;
  /** Of the shell that starts the experiment. */
  readonly variables: Variables;
  /** The workers belong to this home: what they know of databases is no answer. */
  readonly hasLocalWorkers: boolean;
  readonly experimentId: string;
  readonly source: ResolvedSource;
  /** The experiment that is repeated or extended, and its database. */
  readonly recorded: SourceBinding | null;
  readonly nowMs: number;
}

/**
 * Decides which database an experiment reads, and leaves the settings for its workers: the recorded one of a repeated or
 * extended experiment, else the one that the variables name. null where no database is needed, or where workers
 * elsewhere are to know it. Throws ENVIRONMENT_INVALID, and SOURCE_MISMATCH where the settings of a recorded one are gone.
 */
const bindSource = async (request: BindingRequest): Promise<SourceIdentity | null> => {
  const { homeFolder, variables, hasLocalWorkers, experimentId, source, recorded, nowMs } = request;
  if (source.type !== 'postgres') {
    return null;
  }
  const urlVariable = source.url_env;
  const isNamed = namesDatabase(variables, urlVariable);
  const leave = (identity: SourceIdentity, from: Variables): Promise<void> =>
    save(homeFolder, { experimentId, identity }, { variables: from, urlVariable, nowMs });
  const identity = recorded?.identity ?? null;
  if (recorded === null || identity === null) {
    const isLeftToWorkers = !hasLocalWorkers && (recorded !== null || !isNamed);
    const named = isLeftToWorkers ? null : identifySource(source, variables);
    if (named !== null) {
      await leave(named, variables);
    }
    return named;
  }
  const here = isNamed ? identifySource(source, variables) : null;
  const left =
    here !== null && isSameSource(here, identity)
      ? variables
      : await readSourceVariables(homeFolder, { experimentId: recorded.experimentId, identity });
  if (left !== null) {
    await leave(identity, left);
  } else if (hasLocalWorkers) {
    throw new TtExpError(
      'SOURCE_MISMATCH',
      `experiment ${recorded.experimentId}: reads ${describeSource(identity)}, and ${here === null ? 'this shell names no database' : `this shell names ${describeSource(here)}`}`,
      { hint: `Set ${urlVariable} to the address of that database; for another one, start again with \`tt-exp run\`.` },
    );
  }
  return identity;
};

/** Starts an experiment on the database that `bindSource` decides. What was left for it goes where another one is read already. */
export const withBoundSource = async <Started>(
  request: BindingRequest,
  start: (source: SourceIdentity | null) => Promise<Started>,
): Promise<Started> => {
  const { homeFolder, experimentId } = request;
  const source = await bindSource(request);
  return start(source).catch(async (error: unknown) => {
    if (source !== null && error instanceof TtExpError && error.code === 'SOURCE_MISMATCH') {
      await removeSourceVariables(homeFolder, { experimentId, identity: source });
    }
    throw error;
  });
};
