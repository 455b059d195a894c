/** Rows of one JSON file, an object a line or a list of objects, as text; lists and objects as JSON. */

import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { TtExpError } from '../../../contracts/errors.ts';
import { type Database, sqlText } from '../../duckdb/database.ts';
import { quoteName } from '../column-sql.ts';
import type { BrokenRow } from '../raw-tables.ts';

const FIRST_BYTES = 64 * 1024;

/** The first character that is no blank. */
const firstCharacter = async (file: string): Promise<string> => {
  const handle = await open(file, 'r');
  try {
    const source = handle.createReadStream({ end: FIRST_BYTES, autoClose: false });
    const stream = /\.gz$/i.test(file) ? source.pipe(createGunzip()) : source;
    for await (const chunk of stream) {
      const text = String(chunk)
        .replace(/^\uFEFF/, '')
        .trimStart();
      if (text !== '') {
        return text[0] ?? '';
      }
    }
    return '';
  } catch (error) {
    throw new TtExpError('DATA_INVALID', `data.source: ${file} cannot be read as JSON`, {
      hint: 'Check that the file is whole, and compressed only where its name ends in .gz.',
      cause: error,
    });
  } finally {
    await handle.close();
  }
};

export interface JsonRows {
  /** FROM item with the columns `json` and `line`. */
  readonly sql: string;
  readonly isList: boolean;
}

export const jsonRows = async (file: string): Promise<JsonRows> => {
  const isList = (await firstCharacter(file)) === '[';
  const read = isList
    ? `read_json_objects(${sqlText(file)}, format = 'array')`
    : `read_json_objects(${sqlText(file)}, format = 'newline_delimited', ignore_errors = true)`;
  return { sql: `(SELECT json, row_number() OVER () AS line FROM ${read})`, isList };
};

export const jsonColumns = async (database: Database, file: string, rows: JsonRows): Promise<readonly string[]> => {
  const found = await database.rows(
    `read the keys of ${file}`,
    `SELECT DISTINCT unnest(json_keys(json)) AS name FROM ${rows.sql} WHERE json IS NOT NULL ORDER BY name`,
  );
  return found.map(({ name }) => String(name));
};

export const readJson = async (
  database: Database,
  target: string,
  isFirst: boolean,
  request: { readonly file: string; readonly rows: JsonRows; readonly wanted: readonly string[] },
): Promise<readonly BrokenRow[]> => {
  const { file, rows, wanted } = request;
  const name = basename(file);
  const values = wanted.map(
    (column) => `json ->> ${sqlText(`$."${column.replaceAll('"', '\\"')}"`)} AS ${quoteName(column)}`,
  );
  const into = isFirst ? `CREATE TABLE ${quoteName(target)} AS` : `INSERT INTO ${quoteName(target)}`;
  const place = rows.isList ? sqlText(`${name} entry `) : sqlText(`${name}:`);
  await database.run(
    `read ${file}`,
    `${into} SELECT ${values.join(', ')}, ${place} || line AS place FROM ${rows.sql} WHERE json IS NOT NULL`,
  );
  const broken = await database.rows(
    `look for broken lines of ${file}`,
    `SELECT line FROM ${rows.sql} WHERE json IS NULL ORDER BY line`,
  );
  return broken.map(({ line }) => ({ place: `${name}:${line}`, problem: 'a broken line (no JSON)' }));
};
