/** Rows of one CSV file as text; broken lines are collected with their line numbers. */
import { basename } from 'node:path';
import { type Database, sqlFile, sqlText } from '../../duckdb/database.ts';
import { quoteName } from '../column-sql.ts';
import type { BrokenRow, RawColumn } from '../raw-tables.ts';
import type { Dialect } from './csv-dialect.ts';

/** A longer row is a broken one. */
const LONGEST_ROW_BYTES = 16 * 2 ** 20;

const REJECTS = 'csv_rejects';
const SCANS = 'csv_scans';

const layoutOf = ({ delimiter, quote, encoding, skippedLines }: Dialect): string =>
  [
    `delim = ${sqlText(delimiter)}`,
    `quote = ${sqlText(quote)}`,
    `escape = ${sqlText(quote)}`,
    `encoding = ${sqlText(encoding)}`,
    `skip = ${skippedLines}`,
  ].join(', ');

/** Lines ahead of the first row. */
const linesBefore = ({ skippedLines, hasHeader }: Dialect): number => skippedLines + (hasHeader ? 1 : 0);

const POINT = "' (a point, in a file with decimal commas)'";

/** The column's text; of a number with a decimal comma the same with a point. */
const valueSql = ({ column, as }: RawColumn, { decimal }: Dialect): string => {
  const value = quoteName(column);
  return as === 'number' && decimal === ','
    ? `CASE WHEN contains(${value}, '.') THEN ${value} || ${POINT} ELSE replace(${value}, ',', '.') END AS ${value}`
    : value;
};

export interface CsvRequest {
  readonly file: string;
  readonly wanted: readonly RawColumn[];
  readonly dialect: Dialect;
}

/** SELECT of the wanted columns and `place`, which counts lines as DuckDB does: a row with line breaks in it is one. */
const rowsSql = ({ file, wanted, dialect }: CsvRequest): string => {
  const options = [
    `columns = {${dialect.columns.map((name) => `${sqlText(name)}: 'VARCHAR'`).join(', ')}}`,
    `auto_detect = false, header = ${dialect.hasHeader}`,
    layoutOf(dialect),
    `nullstr = ${sqlText(dialect.null_text)}, allow_quoted_nulls = false`,
    // Threads that begin in the middle of a file may take a line break within quotes for the end of a row.
    `parallel = false, max_line_size = ${LONGEST_ROW_BYTES}, buffer_size = ${2 * LONGEST_ROW_BYTES}`,
    `store_rejects = true, rejects_table = '${REJECTS}', rejects_scan = '${SCANS}', rejects_limit = 0`,
  ];
  const values = wanted.map((column) => valueSql(column, dialect));
  const place = `${sqlText(`${basename(file)}:`)} || (row_number() OVER () + ${linesBefore(dialect)}) AS place`;
  return `SELECT ${[...values, place].join(', ')}
    FROM read_csv(${sqlFile(file)}, ${options.join(', ')})`;
};

/** Whether any file read so far had a line that is no row. */
const hasRejects = async (database: Database): Promise<boolean> => {
  const [table] = await database.rows(
    'look for broken lines',
    `SELECT count(*)::INTEGER AS table_count FROM duckdb_tables() WHERE table_name = '${REJECTS}'`,
  );
  return Number(table?.table_count) > 0;
};

const BROKEN_LINES = `SELECT s.file_path, r.line::BIGINT AS line, min(r.error_type::VARCHAR) AS error_type
  FROM ${REJECTS} AS r JOIN ${SCANS} AS s USING (scan_id, file_id) GROUP BY ALL`;

/** Rows were counted without the broken lines before them: their places move on by as many. */
const shiftPlaces = async (
  database: Database,
  { target, firstRow, file, before }: { target: string; firstRow: number; file: string; before: number },
): Promise<void> => {
  const prefix = sqlText(`${basename(file)}:`);
  const line = `place[${basename(file).length + 2}:]::BIGINT`;
  await database.run(
    `count the lines of ${file}`,
    `WITH broken AS (
      SELECT line - row_number() OVER (ORDER BY line) - ${before} AS rows_before
      FROM (${BROKEN_LINES}) WHERE file_path = ${sqlText(file)}
    )
    UPDATE ${quoteName(target)}
    SET place = ${prefix} || (${line} + (SELECT count(*) FROM broken WHERE rows_before < ${line} - ${before}))
    WHERE rowid >= ${firstRow} AND (SELECT count(*) FROM broken) > 0`,
  );
};

const emptySql = (wanted: readonly RawColumn[]): string =>
  `SELECT ${[...wanted.map(({ column }) => column), 'place'].map((name) => `NULL::VARCHAR AS ${quoteName(name)}`).join(', ')} WHERE false`;

const countRows = async (database: Database, target: string): Promise<number> => {
  const [row] = await database.rows(`count ${target}`, `SELECT count(*) AS row_count FROM ${quoteName(target)}`);
  return Number(row?.row_count);
};

/** Appends to the table `target`, or makes it. */
export const readCsv = async (
  database: Database,
  target: string,
  isFirst: boolean,
  request: CsvRequest,
): Promise<void> => {
  const { file, wanted, dialect } = request;
  const into = isFirst ? `CREATE TABLE ${quoteName(target)} AS` : `INSERT INTO ${quoteName(target)}`;
  // Another file of the same name may be there already.
  const firstRow = isFirst ? 0 : await countRows(database, target);
  await database.run(`read ${file}`, `${into} ${dialect.columns.length === 0 ? emptySql(wanted) : rowsSql(request)}`);
  if (await hasRejects(database)) {
    await shiftPlaces(database, { target, firstRow, file, before: linesBefore(dialect) });
  }
};

/** Broken lines of the files read so far, each once. */
export const brokenLines = async (database: Database): Promise<readonly BrokenRow[]> => {
  if (!(await hasRejects(database))) {
    return [];
  }
  const rows = await database.rows('list broken lines', `${BROKEN_LINES} ORDER BY s.file_path, line`);
  return rows.map(({ file_path, line, error_type }) => ({
    place: `${basename(String(file_path))}:${line}`,
    problem: `a broken line (${String(error_type).toLowerCase()})`,
  }));
};
