/** The source that a config names. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type {
  ResolvedData,
  ResolvedFiles,
  ResolvedLocation,
  ResolvedMapped,
  ResolvedSource,
} from '../../contracts/resolved-config.ts';
import {
  describeSource,
  isSameSource,
  type SourceBinding,
  type SourceIdentity,
} from '../../contracts/source-reading.ts';
import { openDatabase } from '../duckdb/database.ts';
import type { Source } from '../source.ts';
import { createSyntheticSource } from '../synthetic/synthetic-source.ts';
import { createFilesTables, digestLocations } from './files/files-tables.ts';
import { createMappedSource } from './mapped-source.ts';
import { identityOf, readConnectionSettings } from './postgres/connection-settings.ts';
import { createPostgresTables } from './postgres/postgres-tables.ts';
import type { RawTables } from './raw-tables.ts';
import { createSqliteTables } from './sqlite/sqlite-tables.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** What sources need of the host. */
export interface SourceAccess {
  /**
   * Environment variables with connection settings, as they are now: those of the experiment that the binding names,
   * one's own without a binding.
   */
  readonly environment: (binding?: SourceBinding) => Promise<Variables>;
  /** File of DuckDB's SQLite extension, fetched when it is first needed. */
  readonly sqliteExtension: () => Promise<string>;
}

/** Every table of a source, in a fixed order. */
const locationsOf = ({ users, items, interactions }: ResolvedFiles): readonly ResolvedLocation[] =>
  [users, items]
    .flatMap((entities) => {
      const fromFeatures = Object.values(entities.features).flatMap((feature) =>
        'from' in feature && feature.from !== undefined ? [feature.from] : [],
      );
      const factors = entities.true_factors === undefined ? [] : [entities.true_factors.from];
      return [entities, ...fromFeatures, ...factors];
    })
    .concat(interactions);

/** The mapping without the places of the files: moved files have the same content. */
const withoutPaths = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => key !== 'path' || (typeof item === 'object' && !Array.isArray(item)))
      .map(([key, item]) => [key, withoutPaths(item)]),
  );
};

const filesKey = async (source: ResolvedFiles, useCase: string): Promise<Readonly<Record<string, unknown>>> => {
  const database = await openDatabase({
    file: ':memory:',
    spillFolder: join(tmpdir(), 'tt-exp-spill'),
    memoryLimitMegabytes: 256,
    threads: 1,
  });
  try {
    const files = await digestLocations(database, locationsOf(source));
    return { kind: source.type, mapping: withoutPaths(source), useCase, files };
  } finally {
    database.close();
  }
};

const openTables = (
  source: ResolvedMapped,
  access: SourceAccess,
  workFolder: string,
  environment: Variables,
): (() => Promise<RawTables>) => {
  switch (source.type) {
    case 'files':
      return async () => createFilesTables();
    case 'sqlite':
      return async () => createSqliteTables({ path: source.path, extension: access.sqliteExtension });
    case 'postgres':
      return async () => createPostgresTables({ source, environment, workFolder });
  }
};

/** The database that `variables` name for a source; null for sources without a server. Throws ENVIRONMENT_INVALID. */
export const identifySource = (source: ResolvedSource, variables: Variables): SourceIdentity | null =>
  source.type === 'postgres' ? identityOf(readConnectionSettings(variables, source.url_env)) : null;

/** Throws SOURCE_MISMATCH where the experiment is bound to another database than the variables at hand name. */
const refuseOther = (
  source: ResolvedSource,
  found: SourceIdentity | null,
  binding: SourceBinding | undefined,
): void => {
  const bound = binding?.identity ?? null;
  if (source.type !== 'postgres' || found === null || bound === null || isSameSource(found, bound)) {
    return;
  }
  throw new TtExpError(
    'SOURCE_MISMATCH',
    `experiment ${binding?.experimentId}: reads ${describeSource(bound)}, and this worker's ${source.url_env} or PG* variables name ${describeSource(found)}`,
    {
      hint:
        `Call \`tt-exp run\` where ${source.url_env} names the database of the experiment; workers on other machines ` +
        `need the same address. Without ${source.url_env} at \`tt-exp run\`, theirs is used.`,
    },
  );
};

interface SourceSurroundings {
  readonly access: SourceAccess;
  /** For what a source streams through files; made when needed. */
  readonly workFolder: string;
  readonly now: () => number;
}

/** Looks at the connection settings once: what is checked is what is read. */
export const openSource = async (
  { data, binding }: { readonly data: Pick<ResolvedData, 'source' | 'use_case'>; readonly binding?: SourceBinding },
  { access, workFolder, now }: SourceSurroundings,
): Promise<Source> => {
  const { source, use_case: useCase } = data;
  if (source.type === 'synthetic') {
    return createSyntheticSource(source);
  }
  const environment = source.type === 'postgres' ? await access.environment(binding) : {};
  const identity = identifySource(source, environment);
  refuseOther(source, identity, binding);
  return createMappedSource({
    source,
    useCase,
    identity,
    now,
    openTables: openTables(source, access, workFolder, environment),
    // What a database holds is known only by reading it.
    contentKey: async () => (source.type === 'files' ? filesKey(source, useCase) : null),
  });
};
