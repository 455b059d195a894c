/** A table, view or query of SQLite, and the SELECT that gives its columns as text. In SQLite's dialect. */
import { TtExpError } from '../../../contracts/errors.ts';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';

export interface SqliteRelation {
  /** For messages: the table's name, or `the query`. */
  readonly name: string;
  /** Goes after FROM; its columns are reached as source.…. */
  readonly sql: string;
  /** Null for a query. */
  readonly table: string | null;
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A table's name is taken whole, dots included. Throws DATA_INVALID where the location names neither. */
export const sqliteRelation = ({ table, query }: ResolvedLocation): SqliteRelation => {
  if (table !== undefined) {
    return { name: table, sql: `${quoteName(table)} AS source`, table };
  }
  if (query !== undefined) {
    // On lines of its own: the query may end in a comment.
    return { name: 'the query', sql: `(\n${query.replace(/;\s*$/, '')}\n) AS source`, table: null };
  }
  throw new TtExpError('DATA_INVALID', 'data.source: each table needs "table" or "query", and got neither', {
    hint: 'Add "table": "name" or "query": "SELECT …".',
  });
};

/** Qualified: SQLite takes a quoted name that is no column for a text. */
export const columnOf = (column: string): string => `source.${quoteName(column)}`;

/** SQLite's own text of a number has 15 digits, with which another number may come back. */
const textOf = (column: string): string => {
  const value = columnOf(column);
  const text = `CAST(${value} AS TEXT)`;
  const real = `iif(CAST(${text} AS REAL) = ${value}, ${text}, printf('%!.17g', ${value}))`;
  const blob = `'x''' || hex(${value}) || ''''`;
  return `CASE typeof(${value}) WHEN 'real' THEN ${real} WHEN 'blob' THEN ${blob} ELSE ${value} END`;
};

/** Columns c0, c1, … and, where rows have one, row_id. Rows of which `leftOut` is true are left out. */
export const selectTexts = (
  relation: SqliteRelation,
  columns: readonly string[],
  hasRowId: boolean,
  leftOut: string | null,
): string => {
  const texts = columns.map((column, index) => `${textOf(column)} AS c${index}`);
  const selected = [...texts, ...(hasRowId ? ['source.rowid AS row_id'] : [])].join(', ');
  return `SELECT ${selected} FROM ${relation.sql}${leftOut === null ? '' : ` WHERE (${leftOut}) IS NOT TRUE`}`;
};

/** One row for a table with row ids; none for a view or a table WITHOUT ROWID. */
export const rowIdSql = (table: string): string =>
  `SELECT 1 AS found FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT wr AND lower(name) = lower('${table.replaceAll("'", "''")}')`;

export const RELATIONS_SQL =
  "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name";
