/** SQLite databases for tests: written by the sqlite3 module of Python, or out of the generator's files. */
import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readEnvironment } from '../../config/env.ts';
import { sqlText } from '../../pipeline/duckdb/database.ts';
import { ensureSqliteExtension } from '../../services/duckdb-extensions/index.ts';
import { findPython } from '../../services/provision/python.ts';
import { type GeneratedColumn, withGeneratedTables } from './generated-tables.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

export const PROVISION_FOLDER = join(REPOSITORY, 'services', 'duckdb-extensions', 'provision');

const RUN = 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.executescript(sys.argv[2])';
const HOLD = `
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.executescript(sys.argv[2])
print('ready', flush=True)
sys.stdin.read()
`;

/** The extension as a user's first run fetches it, in the same cache folder. */
export const sqliteExtension = (): Promise<string> => {
  const { cacheFolder, variables } = readEnvironment();
  return ensureSqliteExtension({
    cacheFolder,
    provisionFolder: PROVISION_FOLDER,
    environment: variables,
    progress: () => undefined,
  });
};

/** Runs statements on the database, which is made where it is missing. */
export const runSqlite = async (file: string, sql: string): Promise<void> => {
  const { executable } = await findPython(process.env);
  await promisify(execFile)(executable, ['-c', RUN, file, sql]);
};

/** Runs statements in a process that keeps its connection, and so its locks, until it is released. */
export const holdSqlite = async (file: string, sql: string): Promise<{ release(): Promise<void> }> => {
  const { executable } = await findPython(process.env);
  const holder = spawn(executable, ['-c', HOLD, file, sql], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()));
  await Promise.race([
    new Promise((resolve) => holder.stdout.once('data', resolve)),
    ended.then(() => Promise.reject(new Error('the process that was to hold the database ended'))),
  ]);
  return {
    release: () => {
      holder.stdin.end();
      return ended;
    },
  };
};

/** SQLite has no lists and no times: lists become JSON, times text. */
const columnOf = ({ name, type }: GeneratedColumn): string => {
  if (type === 'list' || type === 'vector') {
    return `CAST(to_json("${name}") AS VARCHAR) AS "${name}"`;
  }
  return type === 'time' ? `CAST("${name}" AS VARCHAR) AS "${name}"` : `"${name}"`;
};

/** Creates a table for each CSV or Parquet file of the generator. Returns an experiment that reads them. */
export const writeGeneratedSqlite = async (folder: string, file: string): Promise<object> => {
  const extension = await sqliteExtension();
  await withGeneratedTables(folder, async (duckdb, tables) => {
    await duckdb.run('load the extension', `LOAD ${sqlText(extension)}`);
    await duckdb.run('attach', `ATTACH ${sqlText(file)} AS target (TYPE sqlite)`);
    for (const { name, columns, sql } of tables) {
      await duckdb.run(
        'fill',
        `CREATE TABLE target."${name}" AS SELECT ${columns.map(columnOf).join(', ')} FROM ${sql}`,
      );
    }
  });
  const experiment = JSON.parse(await readFile(join(REPOSITORY, 'experiments', 'postgres.json'), 'utf8'));
  const { url_env: _url, timeout_seconds: _timeout, ...source } = experiment.data.source;
  return {
    ...experiment,
    name: 'sqlite',
    data: { ...experiment.data, source: { ...source, type: 'sqlite', path: file } },
  };
};
