/** Rows of one CSV file as text; lines that are no rows are gathered with their number. */
import { basename } from 'node:path';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import { type Database, sqlText } from '../../duckdb/database.ts';
import { quoteName } from '../column-sql.ts';
import type { BrokenRow } from '../raw-tables.ts';

/** A longer row is a broken one. */
const LONGEST_ROW_BYTES = 16 * 2 ** 20;

const REJECTS = 'csv_rejects';
const SCANS = 'csv_scans';

const dialectOf = ({ csv }: ResolvedLocation): string =>
  [
    `delim = ${sqlText(csv.delimiter)}`,
    `quote = ${sqlText(csv.quote)}`,
    `escape = ${sqlText(csv.quote)}`,
    `encoding = ${sqlText(csv.encoding)}`,
  ].join(', ');

/** SELECT of the wanted columns and `place`, which counts lines as DuckDB does: a row with line breaks in it is one. */
const rowsSql = (
  file: string,
  all: readonly string[],
  wanted: readonly string[],
  location: ResolvedLocation,
): string => {
  const hasHeader = location.csv.columns === undefined;
  const options = [
    `columns = {${all.map((name) => `${sqlText(name)}: 'VARCHAR'`).join(', ')}}`,
    `auto_detect = false, header = ${hasHeader}`,
    dialectOf(location),
    `nullstr = ${sqlText(location.csv.null_text)}, allow_quoted_nulls = false`,
    // Threads that begin in the middle of a file may take a line break within quotes for the end of a row.
    `parallel = false, max_line_size = ${LONGEST_ROW_BYTES}, buffer_size = ${2 * LONGEST_ROW_BYTES}`,
    `store_rejects = true, rejects_table = '${REJECTS}', rejects_scan = '${SCANS}', rejects_limit = 0`,
  ];
  const line = `row_number() OVER () + ${hasHeader ? 1 : 0}`;
  return `SELECT ${wanted.map(quoteName).join(', ')}, ${sqlText(`${basename(file)}:`)} || (${line}) AS place
    FROM read_csv(${sqlText(file)}, ${options.join(', ')})`;
};

export interface CsvRequest {
  readonly file: string;
  readonly columns: readonly string[];
  readonly wanted: readonly string[];
  readonly location: ResolvedLocation;
}

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
  { target, firstRow, file, hasHeader }: { target: string; firstRow: number; file: string; hasHeader: boolean },
): Promise<void> => {
  const prefix = sqlText(`${basename(file)}:`);
  const line = `place[${basename(file).length + 2}:]::BIGINT`;
  await database.run(
    `count the lines of ${file}`,
    `WITH broken AS (
      SELECT line - row_number() OVER (ORDER BY line) - ${hasHeader ? 1 : 0} AS rows_before
      FROM (${BROKEN_LINES}) WHERE file_path = ${sqlText(file)}
    )
    UPDATE ${quoteName(target)}
    SET place = ${prefix} || (${line} + (SELECT count(*) FROM broken WHERE rows_before < ${line} - ${hasHeader ? 1 : 0}))
    WHERE rowid >= ${firstRow} AND (SELECT count(*) FROM broken) > 0`,
  );
};

const emptySql = (wanted: readonly string[]): string =>
  `SELECT ${wanted.map((name) => `NULL::VARCHAR AS ${quoteName(name)}`).join(', ')}, NULL::VARCHAR AS place WHERE false`;

const countRows = async (database: Database, target: string): Promise<number> => {
  const [row] = await database.rows(`count ${target}`, `SELECT count(*) AS row_count FROM ${quoteName(target)}`);
  return Number(row?.row_count);
};

/** Appends to the table `target`, or makes it. */
export const readCsv = async (
  database: Database,
  target: string,
  isFirst: boolean,
  { file, columns, wanted, location }: CsvRequest,
): Promise<void> => {
  const into = isFirst ? `CREATE TABLE ${quoteName(target)} AS` : `INSERT INTO ${quoteName(target)}`;
  // Another file of the same name may be there already.
  const firstRow = isFirst ? 0 : await countRows(database, target);
  await database.run(
    `read ${file}`,
    `${into} ${columns.length === 0 ? emptySql(wanted) : rowsSql(file, columns, wanted, location)}`,
  );
  if (await hasRejects(database)) {
    await shiftPlaces(database, { target, firstRow, file, hasHeader: location.csv.columns === undefined });
  }
};

/** Lines that are no rows of the files read so far, each once. */
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
