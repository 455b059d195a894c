/** The tables of an SQLite database as text, through DuckDB's SQLite extension; the file is only read. */

import { TtExpError } from '../../../contracts/errors.ts';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import { digestFile } from '../../../host/files/file-digest.ts';
import { type Database, sqlText } from '../../duckdb/database.ts';
import type { RawRequest, RawTables, SourceOrigin } from '../raw-tables.ts';
import { toSqliteError } from './sqlite-errors.ts';
import { changedWhileRead, checkSqliteFile, fileBytes, sqliteFileState } from './sqlite-file.ts';
import {
  quoteName,
  RELATIONS_SQL,
  rowIdSql,
  type SqliteRelation,
  selectTexts,
  sqliteRelation,
} from './sqlite-relation.ts';
import { isOlderSql } from './time-filter.ts';

export interface SqliteTablesOptions {
  readonly path: string;
  /** File of the extension; asked for when the first table is attached. */
  readonly extension: () => Promise<string>;
}

const CATALOG = 'tt_exp_sqlite';

/** A statement of SQLite as a table of DuckDB in which all columns are text. */
const ask = (sql: string): string => `sqlite_query(${sqlText(CATALOG)}, ${sqlText(sql)})`;

/**
 * Runs one statement that calls the extension. Without parameters even where there are none to give: a prepared
 * statement is planned in one transaction and run in the next, and the extension's connection does not outlive the first.
 */
const rowsOf = async (database: Database, sql: string) =>
  (await database.connection.runAndReadAll(sql)).getRowObjectsJson();

const namesOf = async (database: Database, sql: string): Promise<string> =>
  (await rowsOf(database, sql)).map(({ name }) => String(name)).join(', ') || 'nothing';

/** What there is where something is missing; null where that is not the trouble, or can't be told. */
const alternatives = async (database: Database, relation: SqliteRelation, error: unknown): Promise<string | null> => {
  const message = error instanceof Error ? error.message : '';
  if (/no such table/.test(message)) {
    return `The database has: ${await namesOf(database, `SELECT name FROM ${ask(RELATIONS_SQL)}`)}.`;
  }
  if (!/no such column/.test(message)) {
    return null;
  }
  const described = `SELECT column_name AS name FROM (DESCRIBE SELECT * FROM ${ask(`SELECT * FROM ${relation.sql}`)})`;
  // The query itself may be what names a missing column.
  return namesOf(database, described).then(
    (names) => `${relation.name} has: ${names}.`,
    () => null,
  );
};

const loadExtension = async (database: Database, file: string): Promise<void> => {
  try {
    await database.run("load DuckDB's SQLite extension", `LOAD ${sqlText(file)}`);
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new TtExpError('PROVISION_FAILED', `DuckDB's SQLite extension ${file}: ${got}`, {
      hint: `Delete ${file} and run the same command again to download it again.`,
      cause,
    });
  }
};

const hasRowId = async (database: Database, { table }: SqliteRelation): Promise<boolean> =>
  table !== null && (await rowsOf(database, `SELECT found FROM ${ask(rowIdSql(table))}`)).length > 0;

const createTable = async (database: Database, relation: SqliteRelation, request: RawRequest): Promise<void> => {
  const { target, columns, since } = request;
  const names = columns.map(({ column }) => column);
  const hasId = await hasRowId(database, relation);
  // The extension passes bytes on as they are: decode refuses what is not UTF-8.
  const texts = names.map((name, index) => `decode(encode(c${index})) AS ${quoteName(name)}`);
  const rowName = hasId ? "' rowid ' || row_id" : "' row ' || row_number() OVER ()";
  const place = `${sqlText(relation.name)} || ${rowName} AS place`;
  const source = ask(selectTexts(relation, names, hasId, since === undefined ? null : isOlderSql(since)));
  await rowsOf(database, `CREATE TABLE ${quoteName(target)} AS SELECT ${[...texts, place].join(', ')} FROM ${source}`);
};

/** The file and, where the newest rows are still there, its log. */
const originsOf = async (path: string): Promise<readonly SourceOrigin[]> => {
  const log = `${path}-wal`;
  const files = (await fileBytes(log)) === 0 ? [path] : [path, log];
  return Promise.all(files.map(async (name) => ({ name, ...(await digestFile(name)) })));
};

/**
 * Opens the file with the first table. Errors: SOURCE_NOT_FOUND (no such file), DATA_INVALID (of another kind, damaged,
 * tables, columns, the query, written to between two tables), SERVICE_UNREACHABLE (locked for more than five seconds).
 */
export const createSqliteTables = ({ path, extension }: SqliteTablesOptions): RawTables => {
  let opened: { readonly database: Database; readonly state: string } | null = null;

  const open = async (database: Database): Promise<string> => {
    if (opened === null) {
      await checkSqliteFile(path);
      await loadExtension(database, await extension());
      await database.run(`attach ${path}`, `ATTACH ${sqlText(path)} AS ${CATALOG} (TYPE sqlite, READ_ONLY)`);
      opened = { database, state: await sqliteFileState(path) };
    }
    return opened.state;
  };

  /** Runs `work` on the open database, and makes sure that it saw what the work before it saw. */
  const reading = async <T>(
    database: Database,
    location: ResolvedLocation,
    work: (relation: SqliteRelation) => Promise<T>,
  ): Promise<T> => {
    const relation = sqliteRelation(location);
    const state = await open(database);
    let result: T;
    try {
      result = await work(relation);
    } catch (error) {
      throw toSqliteError(error, path, `read ${relation.name}`, await alternatives(database, relation, error));
    }
    if ((await sqliteFileState(path)) !== state) {
      throw changedWhileRead(path);
    }
    return result;
  };

  return {
    attach: (database, request) =>
      reading(database, request.location, (relation) => createTable(database, relation, request)),
    countOlder: (database, location, bound) =>
      reading(database, location, async (relation) => {
        const sql = `SELECT count(*) AS older FROM ${relation.sql} WHERE ${isOlderSql(bound)}`;
        const [row] = await rowsOf(database, `SELECT older FROM ${ask(sql)}`);
        return Number(row?.older);
      }),
    describe: () => originsOf(path),
    brokenRows: () => Promise.resolve([]),
    close: async () => {
      const database = opened?.database;
      opened = null;
      await database?.run(`detach ${path}`, `DETACH ${CATALOG}`);
    },
  };
};
