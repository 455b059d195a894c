import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { sqlText } from '../../pipeline/duckdb/database.ts';
import { type GeneratedColumn, withGeneratedTables } from './generated-tables.ts';
import type { TestPostgres } from './postgres.ts';

const TYPE = {
  text: 'text',
  list: 'text[]',
  vector: 'float4[]',
  integer: 'integer',
  double: 'float8',
  time: 'timestamptz',
} as const;

/** As COPY reads it. */
const textOf = ({ name, type }: GeneratedColumn): string => {
  const text = `"${name}"::VARCHAR`;
  if (type === 'vector') {
    return `translate(${text}, '[]', '{}')`;
  }
  if (type === 'time') {
    return `${text} || '+00'`;
  }
  if (type !== 'list') {
    return text;
  }
  const element = `'"' || replace(replace(item, '\\', '\\\\'), '"', '\\"') || '"'`;
  return `'{' || array_to_string([${element} FOR item IN "${name}"], ',') || '}'`;
};

/** Creates a table for each CSV or Parquet file of the generator, with the column types of a usual database. */
export const loadGenerated = (postgres: TestPostgres, folder: string, database = 'postgres'): Promise<void> =>
  withGeneratedTables(folder, async (duckdb, tables, workFolder) => {
    const client = new Client(postgres.url(database));
    await client.connect();
    try {
      for (const { name, columns, sql } of tables) {
        const csv = join(workFolder, `${name}.csv`);
        const texts = columns.map((column) => `${textOf(column)} AS "${column.name}"`);
        await duckdb.run(
          'write CSV',
          `COPY (SELECT ${texts.join(', ')} FROM ${sql}) TO ${sqlText(csv)} (FORMAT csv, HEADER false, NULLSTR 'NULL', FORCE_QUOTE *)`,
        );
        const types = columns.map((column) => `"${column.name}" ${TYPE[column.type]}`);
        await client.query(`CREATE TABLE "${name}" (${types.join(', ')})`);
        await pipeline(
          createReadStream(csv),
          client.query(copyFrom(`COPY "${name}" FROM STDIN (FORMAT csv, NULL 'NULL')`)),
        );
      }
    } finally {
      await client.end();
    }
  });
