import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../config/resolve.ts';
import type { ExperimentConfig, FilesSource, PostgresSource } from '../../../contracts/experiment-config.ts';
import { openDatabase, sqlText } from '../../../pipeline/duckdb/database.ts';
import { extract } from '../../../pipeline/stages/extract.ts';
import type { StageContext } from '../../../pipeline/stages/stage.ts';
import { createSyntheticSource } from '../../../pipeline/synthetic/synthetic-source.ts';
import { withFolder } from '../../support/make-folder.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { loadGenerated } from '../../support/postgres-tables.ts';
import { sqliteExtension, writeGeneratedSqlite } from '../../support/sqlite.ts';

const EXPERIMENT = fileURLToPath(new URL('../../../experiments/postgres.json', import.meta.url));
const NUMBERS = { users: 80, startups: 50, interactions: 1200, seed: 11 };
const FILES = {
  users: 'all_users',
  items: 'all_items',
  interactions: 'interactions',
  user_embeddings: 'user_embeddings',
  item_embeddings: 'item_embeddings',
  user_factors: 'user_factors',
  item_factors: 'item_factors',
};

/** The generated tables as `<name>.csv` and `<name>.parquet`. */
const writeTables = async (folder: string): Promise<void> => {
  await mkdir(folder);
  const database = await openDatabase({ file: ':memory:', spillFolder: folder, memoryLimitMegabytes: 512, threads: 1 });
  try {
    await createSyntheticSource({ type: 'synthetic', ...NUMBERS }).load(database, null);
    for (const [name, table] of Object.entries(FILES)) {
      for (const format of ['csv', 'parquet']) {
        const file = sqlText(join(folder, `${name}.${format}`));
        const layout = format === 'csv' ? '(FORMAT csv, HEADER)' : '(FORMAT parquet)';
        // Any order will do: rows have no place of their own.
        await database.run(
          'write',
          `COPY (SELECT * FROM ${table} ORDER BY md5(${table}::VARCHAR)) TO ${file} ${layout}`,
        );
      }
    }
  } finally {
    database.close();
  }
};

/** The same mapping, of the files `<table>.<format>`. */
const asFiles = (value: unknown, folder: string, format: string): unknown => {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      key === 'table' ? ['path', join(folder, `${String(item)}.${format}`)] : [key, asFiles(item, folder, format)],
    ),
  );
};

describe('experiments/postgres.json', () => {
  let postgres: TestPostgres;
  let experiment: ExperimentConfig & { readonly data: { readonly source: PostgresSource } };

  beforeAll(async () => {
    postgres = await startPostgres();
    experiment = JSON.parse(await readFile(EXPERIMENT, 'utf8'));
  });

  afterAll(async () => {
    await postgres?.stop();
  });

  const contextIn = (dataFolder: string, notes: string[] = []): StageContext => ({
    dataFolder,
    memoryLimitMegabytes: 512,
    threads: 2,
    gitCommit: null,
    now: () => 1_750_000_000_000,
    log: (_level, message) => notes.push(message),
    sources: { environment: async () => ({ DATABASE_URL: postgres.url() }), sqliteExtension },
    textEncoder: () => Promise.reject(new Error('an extract needs no text encoder')),
  });

  /** Proves on the way that the password is nowhere in what is kept or said. */
  const extractIdOf = async (dataFolder: string, config: ExperimentConfig, notes: string[] = []): Promise<string> => {
    const output = await extract(contextIn(dataFolder, notes), { data: resolveConfig(config).data, seed: 7 });
    expect(output.bad.count).toBe(0);
    const kept = [JSON.stringify([output, notes])];
    for (const entry of await readdir(dataFolder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        kept.push(await readFile(join(entry.parentPath, entry.name), 'latin1'));
      }
    }
    expect(
      kept.filter((text) => text.includes(postgres.password) || text.includes(encodeURIComponent(postgres.password))),
    ).toEqual([]);
    return output.id;
  };

  it('experiments/postgres.json: the same rows have the same extract id, out of Postgres, SQLite, CSV, Parquet or the generator', () =>
    withFolder(async (folder) => {
      const tables = join(folder, 'tables');
      await writeTables(tables);
      await loadGenerated(postgres, tables);
      const { url_env: _url, timeout_seconds: _timeout, ...mapping } = experiment.data.source;
      const files = (format: string): ExperimentConfig => {
        const source = { ...mapping, ...(asFiles(mapping, tables, format) as object), type: 'files' } as const;
        return { ...experiment, data: { ...experiment.data, source: source as FilesSource } };
      };
      const sqlite = (await writeGeneratedSqlite(tables, join(folder, 'app.db'))) as ExperimentConfig;
      const generator: ExperimentConfig = { ...experiment, data: { source: { type: 'synthetic', ...NUMBERS } } };
      const id = await extractIdOf(join(folder, 'generator'), generator);
      expect(id).toMatch(/^ex-[0-9a-f]{16}$/);
      // A data folder each: nothing is found, everything is read.
      expect({
        postgres: await extractIdOf(join(folder, 'postgres'), experiment),
        sqlite: await extractIdOf(join(folder, 'sqlite'), sqlite),
        csv: await extractIdOf(join(folder, 'csv'), files('csv')),
        parquet: await extractIdOf(join(folder, 'parquet'), files('parquet')),
      }).toEqual({ postgres: id, sqlite: id, csv: id, parquet: id });
    }));

  it('experiments/postgres.json: an increment out of Postgres has the id of a full extraction of the same rows', () =>
    withFolder(async (folder) => {
      const source = { ...experiment.data.source, incremental: true };
      const config = { ...experiment, data: { ...experiment.data, source } };
      await postgres.sql(`
        CREATE TABLE later AS SELECT * FROM interactions ORDER BY occurred_at DESC LIMIT 300;
        DELETE FROM interactions WHERE interaction_id IN (SELECT interaction_id FROM later)`);
      const early = await extractIdOf(join(folder, 'incremental'), config);
      await postgres.sql('INSERT INTO interactions SELECT * FROM later');
      const notes: string[] = [];
      const increment = await extractIdOf(join(folder, 'incremental'), config, notes);
      expect(notes.join()).toMatch(/reads interactions from .* on; .* older ones are known/);
      const full = await extractIdOf(join(folder, 'full'), experiment);
      expect(increment).toBe(full);
      expect(increment).not.toBe(early);
    }));
});
