import { readFile } from 'node:fs/promises';
import type { Database, SqlParameters } from './database.ts';

/** pipeline/sql, also in a build: scripts/build.mjs copies the folder beside the compiled rooms. */
const SQL_FOLDER = new URL('../sql/', import.meta.url);

/** Every file holds one statement; its header says grain, inputs and guarantees. */
export const readSql = (name: string): Promise<string> => readFile(new URL(`${name}.sql`, SQL_FOLDER), 'utf8');

export const runSqlFile = async (database: Database, name: string, parameters: SqlParameters = {}): Promise<void> => {
  await database.run(`run ${name}.sql`, await readSql(name), parameters);
};
