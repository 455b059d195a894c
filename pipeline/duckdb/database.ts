import { type DuckDBConnection, DuckDBInstance, type DuckDBValue, type Json } from '@duckdb/node-api';
import { TtExpError } from '../../contracts/errors.ts';
import { toDataError } from './data-errors.ts';

export type SqlParameters = Readonly<Record<string, string | number>>;
type SqlRow = Readonly<Record<string, Json>>;

export interface DatabaseOptions {
  /** Database file, or `:memory:`. */
  readonly file: string;
  /** Where DuckDB may spill what does not fit into memory. */
  readonly spillFolder: string;
  readonly memoryLimitMegabytes: number;
  readonly threads: number;
  /** Told every statement before it runs. */
  readonly trace?: StatementTrace;
}

export type StatementTrace = (sql: string, parameters: SqlParameters) => void;

/** One DuckDB connection. Who opens it closes it. Errors of DuckDB become TtExpError. */
export interface Database {
  readonly connection: DuckDBConnection;
  /** Runs one statement; `what` completes the sentence "Could not …" of an error. */
  run(what: string, sql: string, parameters?: SqlParameters): Promise<void>;
  /** Rows as plain JSON (64-bit integers as text): for small results only. */
  rows(what: string, sql: string, parameters?: SqlParameters): Promise<readonly SqlRow[]>;
  close(): void;
}

/**
 * `text` as an SQL string literal, for names and settings that cannot be parameters; never for a value of the data. Throws
 * DATA_INVALID for a NUL character, which ends a statement in its middle.
 */
export const sqlText = (text: string): string => {
  if (text.includes('\0')) {
    throw new TtExpError('DATA_INVALID', `${JSON.stringify(text)} has a NUL character, expected a name without one`, {
      hint: 'Rename the column, type or file.',
    });
  }
  return `'${text.replaceAll("'", "''")}'`;
};

/** This very file as the argument of a function that reads files: they take a path for a pattern. */
export const sqlFile = (path: string): string => sqlText(literalPattern(path));

/** The pattern that only this path matches. */
export const literalPattern = (path: string): string => path.replaceAll(/[*?[{}]/g, '[$&]');

/** DuckDB refuses parameters that the statement does not name. */
const named = (sql: string, parameters: SqlParameters): Record<string, DuckDBValue> =>
  Object.fromEntries(Object.entries(parameters).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql)));

export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const instance = await DuckDBInstance.create(options.file, {
    memory_limit: `${options.memoryLimitMegabytes}MB`,
    temp_directory: options.spillFolder,
    threads: String(options.threads),
    // No look-ups for extensions: everything used here is built in.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  }).catch((error: unknown) => {
    throw toDataError(error, `open the database ${options.file}`);
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'").catch(() => undefined);
  return {
    connection,
    run: async (what, sql, parameters = {}) => {
      options.trace?.(sql, parameters);
      try {
        await connection.run(sql, named(sql, parameters));
      } catch (error) {
        throw toDataError(error, what);
      }
    },
    rows: async (what, sql, parameters = {}) => {
      options.trace?.(sql, parameters);
      try {
        return (await connection.runAndReadAll(sql, named(sql, parameters))).getRowObjectsJson();
      } catch (error) {
        throw toDataError(error, what);
      }
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
};
