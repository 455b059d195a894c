/** SQL that turns a source's column, of whatever type, into a canonical one. Bad values become NULL here. */
import type { ResolvedEvents } from '../../contracts/resolved-config.ts';
import type { Database } from '../duckdb/database.ts';

/** A column of a raw table. */
export interface TypedColumn {
  /** Quoted, ready for SQL. */
  readonly sql: string;
  /** DuckDB's name of its type. */
  readonly type: string;
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const columnTypes = async (database: Database, table: string): Promise<ReadonlyMap<string, string>> => {
  const rows = await database.rows(
    `read the columns of ${table}`,
    `SELECT column_name, column_type FROM (DESCRIBE ${quoteName(table)})`,
  );
  return new Map(rows.map((row) => [String(row.column_name), String(row.column_type)]));
};

const isText = ({ type }: TypedColumn): boolean => type === 'VARCHAR' || type === 'JSON';
const isList = ({ type }: TypedColumn): boolean => /\[\d*\]$/.test(type);
const isFloat = ({ type }: TypedColumn): boolean => type === 'DOUBLE' || type === 'FLOAT';

/** Whether there is anything at all: an empty text is no value. */
export const hasValue = (column: TypedColumn): string =>
  isText(column) ? `trim(${column.sql}) <> ''` : `${column.sql} IS NOT NULL`;

/** As VARCHAR, without blanks around it; whole numbers without a decimal point, as they stand in a text file. */
export const textSql = (column: TypedColumn): string => {
  if (isText(column)) {
    return `nullif(trim(${column.sql}), '')`;
  }
  const text = `CAST(${column.sql} AS VARCHAR)`;
  return isFloat(column) ? `regexp_replace(${text}, '\\.0$', '')` : text;
};

/** As DOUBLE; NULL for what is no finite number. */
export const numberSql = (column: TypedColumn): string => {
  const number = isText(column) ? `TRY_CAST(trim(${column.sql}) AS DOUBLE)` : `TRY_CAST(${column.sql} AS DOUBLE)`;
  return `CASE WHEN isfinite(${number}) THEN ${number} END`;
};

const MICROSECONDS = { s: 1_000_000, ms: 1000, us: 1 } as const;

/** As TIMESTAMP in UTC, to the microsecond; NULL for what is none, infinity too. The session's time zone must be UTC. */
export const timeSql = (column: TypedColumn, unit: ResolvedEvents['time_unit']): string => {
  const time = anyTimeSql(column, unit);
  return `CASE WHEN isfinite(${time}) THEN ${time} END`;
};

const anyTimeSql = (column: TypedColumn, unit: ResolvedEvents['time_unit']): string => {
  if (/^(TIMESTAMP|DATE)/.test(column.type)) {
    return `TRY_CAST(${column.sql} AS TIMESTAMP)`;
  }
  if (unit === 'text') {
    return `TRY_CAST(TRY_CAST(${column.sql} AS TIMESTAMPTZ) AS TIMESTAMP)`;
  }
  const scaled = `TRY_CAST(${column.sql} AS DECIMAL(30, 6)) * ${MICROSECONDS[unit]}`;
  return `TRY(make_timestamp(TRY_CAST(${scaled} AS BIGINT)))`;
};

/** As VARCHAR[]: values without blanks around them, distinct, sorted, never NULL. */
export const listSql = (column: TypedColumn, separator: string): string => {
  const sql = isList(column) ? column.sql : `CAST(${column.sql} AS VARCHAR)`;
  const quotedSeparator = `'${separator.replaceAll("'", "''")}'`;
  const values = isList(column)
    ? `list_transform(${sql}, lambda value: CAST(value AS VARCHAR))`
    : `CASE WHEN starts_with(trim(${sql}), '[') AND json_valid(${sql}) THEN from_json(${sql}, '["VARCHAR"]')
        WHEN starts_with(trim(${sql}), '[') AND TRY_CAST(${sql} AS VARCHAR[]) IS NOT NULL THEN TRY_CAST(${sql} AS VARCHAR[])
        ELSE string_split(${sql}, ${quotedSeparator}) END`;
  return distinctSql(values);
};

/** A list of texts as the canonical form has it. */
export const distinctSql = (values: string): string =>
  `coalesce(list_sort(list_distinct(list_filter(list_transform(${values}, lambda value: trim(value)), lambda value: value <> ''))), [])`;

/** The names of the columns that are set, as VARCHAR[]. */
export const flagsSql = (columns: readonly (TypedColumn & { readonly name: string })[]): string => {
  const entries = columns.map((column) => {
    const isSet = isText(column)
      ? `lower(trim(${column.sql})) NOT IN ('', '0', '0.0', 'false', 'f', 'no')`
      : `CAST(CAST(${column.sql} AS BOOLEAN) AS BOOLEAN)`;
    return `CASE WHEN ${isSet} THEN '${column.name.replaceAll("'", "''")}' END`;
  });
  return distinctSql(`[${entries.join(', ')}]`);
};

/** As FLOAT[]; NULL for what is none. */
export const vectorSql = ({ sql }: TypedColumn): string => `TRY_CAST(${sql} AS FLOAT[])`;
