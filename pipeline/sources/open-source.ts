/** The source that a config names. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResolvedData, ResolvedFiles, ResolvedLocation, ResolvedMapped } from '../../contracts/resolved-config.ts';
import { openDatabase } from '../duckdb/database.ts';
import type { Source } from '../source.ts';
import { createSyntheticSource } from '../synthetic/synthetic-source.ts';
import { createFilesTables, digestLocations } from './files/files-tables.ts';
import { createMappedSource } from './mapped-source.ts';
import { createPostgresTables } from './postgres/postgres-tables.ts';
import type { RawTables } from './raw-tables.ts';
import { createSqliteTables } from './sqlite/sqlite-tables.ts';

/** What sources need of the host. */
export interface SourceAccess {
  /** Environment variables with connection settings, as they are now. */
  readonly environment: () => Promise<Readonly<Record<string, string | undefined>>>;
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

const openTables = (source: ResolvedMapped, access: SourceAccess, workFolder: string): (() => Promise<RawTables>) => {
  switch (source.type) {
    case 'files':
      return async () => createFilesTables();
    case 'sqlite':
      return async () => createSqliteTables({ path: source.path, extension: access.sqliteExtension });
    case 'postgres':
      return async () => createPostgresTables({ source, environment: await access.environment(), workFolder });
  }
};

/** @param workFolder for what a source streams through files; made when needed */
export const openSource = (
  data: Pick<ResolvedData, 'source' | 'use_case'>,
  access: SourceAccess,
  workFolder: string,
): Source => {
  const { source, use_case: useCase } = data;
  if (source.type === 'synthetic') {
    return createSyntheticSource(source);
  }
  return createMappedSource({
    source,
    useCase,
    openTables: openTables(source, access, workFolder),
    // What a database holds is known only by reading it.
    contentKey: async () => (source.type === 'files' ? filesKey(source, useCase) : null),
  });
};
