import { TtExpError } from '../../../contracts/errors.ts';
import type { Database } from '../../duckdb/database.ts';
import { sqlFile, sqlText } from '../../duckdb/database.ts';
import type { CopiedFile } from './postgres-session.ts';
import { quoteName } from './relation.ts';

/** The longest row, all of its texts together. */
const LONGEST_ROW_BYTES = 16 * 2 ** 20;

export interface LoadRequest {
  readonly file: string;
  readonly copied: CopiedFile;
  /** Name of the table to be created. */
  readonly target: string;
  readonly columns: readonly string[];
  /** For the place of a row. */
  readonly relationName: string;
  /** The last column of the file is the row's ctid. */
  readonly hasRowAddress: boolean;
}

const readCsv = ({ file, copied, columns, hasRowAddress }: LoadRequest): string => {
  const names = [...columns.map((_, index) => `c${index}`), ...(hasRowAddress ? ['row_address'] : [])];
  const options = [
    `columns = {${names.map((name) => `${name}: 'VARCHAR'`).join(', ')}}`,
    "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\n'",
    // Postgres writes no value as nothing, and the empty text in quotes.
    "nullstr = '', allow_quoted_nulls = false",
    // Threads that begin in the middle of the file take a line end within a text for the end of a row.
    `parallel = ${copied.lines === copied.rows}`,
    `max_line_size = ${LONGEST_ROW_BYTES}, buffer_size = ${2 * LONGEST_ROW_BYTES}`,
  ];
  return `read_csv(${sqlFile(file)}, ${options.join(', ')})`;
};

/** Postgres writes no broken CSV: a row that can't be read is one that does not fit into the buffer. */
const tooLong = ({ relationName, copied }: LoadRequest): TtExpError => {
  const most = `${LONGEST_ROW_BYTES / 2 ** 20} MiB`;
  const message = `${relationName}: not all of its ${copied.rows} rows could be loaded: each may have less than ${most} of text`;
  return new TtExpError('DATA_INVALID', message, {
    hint: 'Leave the long column out of data.source, or shorten it with a query: SELECT …, left(column, 10000).',
  });
};

/** Creates the table out of what COPY wrote. Throws DATA_INVALID where a row is too long; then there is no table. */
export const loadCopy = async (database: Database, request: LoadRequest): Promise<void> => {
  const { target, columns, relationName, hasRowAddress, copied } = request;
  const rowName = hasRowAddress ? "' ctid ' || row_address" : "' row ' || row_number() OVER ()";
  const place = `${sqlText(relationName)} || ${rowName}`;
  const selected = [...columns.map((name, index) => `c${index} AS ${quoteName(name)}`), `${place} AS place`].join(', ');
  const table = quoteName(target);
  try {
    await database.run(
      `load ${copied.rows} rows of ${relationName}`,
      `CREATE TABLE ${table} AS SELECT ${selected} FROM ${readCsv(request)}`,
    );
  } catch (error) {
    // Its cause would quote the whole row.
    throw error instanceof TtExpError && /CSV (Error|Reader)/.test(error.message) ? tooLong(request) : error;
  }
  const [counted] = await database.rows('count the rows', `SELECT count(*) AS row_count FROM ${table}`);
  if (Number(counted?.row_count) !== copied.rows) {
    // A last row that is too long vanishes without a word.
    await database.run(`drop ${target}`, `DROP TABLE ${table}`);
    throw tooLong(request);
  }
};
