/** Rows of one JSON file, an object a line or a list of objects, as text; lists and objects as JSON. */

import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { TtExpError } from '../../../contracts/errors.ts';
import { type Database, sqlFile, sqlText } from '../../duckdb/database.ts';
import { LARGEST_EXACT, quoteName } from '../column-sql.ts';
import type { BrokenRow, RawColumn } from '../raw-tables.ts';
import { refuseRepeatedColumns } from './repeated-columns.ts';

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
      hint: 'Check that the file is complete, and compressed only if its name ends in .gz.',
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
    ? `read_json_objects(${sqlFile(file)}, format = 'array')`
    : `read_json_objects(${sqlFile(file)}, format = 'newline_delimited', ignore_errors = true)`;
  return { sql: `(SELECT json, row_number() OVER () AS line FROM ${read})`, isList };
};

export const jsonColumns = async (database: Database, file: string, rows: JsonRows): Promise<readonly string[]> => {
  const found = await database.rows(
    `read the keys of ${file}`,
    `SELECT DISTINCT unnest(json_keys(json)) AS name FROM ${rows.sql} WHERE json IS NOT NULL ORDER BY name`,
  );
  return found.map(({ name }) => String(name));
};

interface JsonRequest {
  readonly file: string;
  readonly rows: JsonRows;
  readonly wanted: readonly RawColumn[];
}

const pathSql = ({ column }: RawColumn): string => sqlText(`$."${column.replaceAll('"', '\\"')}"`);

const placeOf = ({ file, rows }: JsonRequest): string => `${basename(file)}${rows.isList ? ' entry ' : ':'}`;

/** Throws DATA_INVALID for an object that has a wanted key twice: only the first value would be read. */
export const refuseRepeatedKeys = async (database: Database, request: JsonRequest): Promise<void> => {
  const used = request.wanted.map(({ column }) => column);
  if (used.length === 0) {
    return;
  }
  const [found] = await database.rows(
    `look for repeated keys in ${request.file}`,
    `WITH keyed AS (SELECT line, json_keys(json) AS keys FROM ${request.rows.sql} WHERE json IS NOT NULL),
    wanted AS (SELECT *, list_filter(keys, lambda key: key IN (${used.map(sqlText).join(', ')})) AS used FROM keyed)
    SELECT line, to_json(keys)::VARCHAR AS keys FROM wanted WHERE len(used) > len(list_distinct(used)) ORDER BY line LIMIT 1`,
  );
  if (found !== undefined) {
    const names: readonly string[] = JSON.parse(String(found.keys));
    refuseRepeatedColumns({
      where: `data.source: ${placeOf(request)}${found.line}`,
      names,
      used,
      keyOf: (key) => key,
    });
  }
};

const hasRounded = async (database: Database, target: string, ids: readonly RawColumn[]): Promise<boolean> => {
  const looksRounded = ids.map(({ column }) => {
    const text = quoteName(column);
    return `CASE WHEN contains(${text}, '.') OR contains(${text}, 'e') THEN abs(TRY_CAST(${text} AS DOUBLE)) >= ${LARGEST_EXACT} END`;
  });
  const [found] = await database.rows(
    `look at the ids in ${target}`,
    `SELECT count(*) AS row_count FROM ${quoteName(target)} WHERE ${looksRounded.join(' OR ')}`,
  );
  return Number(found?.row_count) > 0;
};

/** Numbers with a point or an exponent go through a float64 when they are read: of large ones several become one. */
const refuseRoundedIds = async (database: Database, target: string, request: JsonRequest): Promise<void> => {
  const ids = request.wanted.filter(({ as }) => as === 'id');
  // Texts that look like such numbers are ids like others: only the file tells.
  if (ids.length === 0 || !(await hasRounded(database, target, ids))) {
    return;
  }
  for (const id of ids) {
    const text = `json ->> ${pathSql(id)}`;
    const [found] = await database.rows(
      `look at the ids in ${request.file}`,
      `SELECT count(*) AS row_count, min(line) AS line, arg_min(text, line) AS text
      FROM (SELECT line, ${text} AS text, json_type(json, ${pathSql(id)}) AS type FROM ${request.rows.sql} WHERE json IS NOT NULL)
      WHERE type = 'DOUBLE' AND regexp_matches(text, '[.eE]') AND abs(TRY_CAST(text AS DOUBLE)) >= ${LARGEST_EXACT}`,
    );
    if (Number(found?.row_count) > 0) {
      throw new TtExpError(
        'DATA_INVALID',
        `${placeOf(request)}${found?.line} has the floating-point number ${found?.text} for ${id.column} (${found?.row_count} rows have such numbers above 2^53), expected text or whole numbers: different ids have become the same number`,
        { hint: 'Write the ids as text, "9007199254740993", or as whole numbers without a point.' },
      );
    }
  }
};

export const readJson = async (
  database: Database,
  target: string,
  isFirst: boolean,
  request: JsonRequest,
): Promise<readonly BrokenRow[]> => {
  const { file, rows, wanted } = request;
  const name = basename(file);
  const values = wanted.map((column) => `json ->> ${pathSql(column)} AS ${quoteName(column.column)}`);
  const into = isFirst ? `CREATE TABLE ${quoteName(target)} AS` : `INSERT INTO ${quoteName(target)}`;
  const place = `${sqlText(placeOf(request))} || line AS place`;
  await database.run(
    `read ${file}`,
    `${into} SELECT ${[...values, place].join(', ')} FROM ${rows.sql} WHERE json IS NOT NULL`,
  );
  await refuseRoundedIds(database, target, request);
  const broken = await database.rows(
    `look for broken lines of ${file}`,
    `SELECT line FROM ${rows.sql} WHERE json IS NULL ORDER BY line`,
  );
  return broken.map(({ line }) => ({ place: `${name}:${line}`, problem: 'a broken line (not JSON)' }));
};
