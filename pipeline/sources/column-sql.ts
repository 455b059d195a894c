/** SQL that turns a source's column, of whatever type, into a canonical one. Bad values become NULL here. */
import type { ResolvedEvents } from '../../contracts/resolved-config.ts';
import { type Database, sqlText } from '../duckdb/database.ts';

/** A column of a raw table. */
export interface TypedColumn {
  /** Quoted, ready for SQL. */
  readonly sql: string;
  /** DuckDB's name of its type. */
  readonly type: string;
}

/** 2^53: above it a float64 stands for several whole numbers. */
export const LARGEST_EXACT = '9007199254740992';

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const columnTypes = async (database: Database, table: string): Promise<ReadonlyMap<string, string>> => {
  const rows = await database.rows(
    `read the columns of ${table}`,
    `SELECT column_name, column_type FROM (DESCRIBE ${quoteName(table)})`,
  );
  return new Map(rows.map((row) => [String(row.column_name), String(row.column_type)]));
};

export const isText = ({ type }: TypedColumn): boolean => type === 'VARCHAR' || type === 'JSON';
const isList = ({ type }: TypedColumn): boolean => /\[\d*\]$/.test(type);
export const isFloat = ({ type }: TypedColumn): boolean => type === 'DOUBLE' || type === 'FLOAT';

/** Of the calendar already: there is nothing to be read. */
export const isCalendar = ({ type }: TypedColumn): boolean => /^(TIMESTAMP|DATE)/.test(type);

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

const MICROSECONDS = { s: '1000000', ms: '1000', us: '1', ns: '0.001' } as const;

/** How a column of times is written: in a unit, `text` for timestamps, or in a format of strptime. */
export type TimeReading = { readonly unit: Exclude<ResolvedEvents['time_unit'], 'auto'> } | { readonly format: string };

/**
 * As TIMESTAMP in UTC, to the microsecond; NULL for what is none, and for times that nobody lived at: infinity, years of
 * two digits, numbers in another unit. The session's time zone must be UTC.
 */
export const timeSql = (column: TypedColumn, reading: TimeReading): string => {
  const time = anyTimeSql(column, reading);
  return `CASE WHEN ${time} BETWEEN TIMESTAMP '1000-01-01' AND TIMESTAMP '2200-01-01' THEN ${time} END`;
};

const anyTimeSql = (column: TypedColumn, reading: TimeReading): string => {
  if (isCalendar(column)) {
    return `TRY_CAST(${column.sql} AS TIMESTAMP)`;
  }
  if ('format' in reading) {
    // Whole numbers beside missing ones are often written with a point: 20231124.0.
    const text = `regexp_replace(${textSql(column)}, '^([0-9]+)\\.0+$', '\\1')`;
    return `CAST(try_strptime(${text}, ${sqlText(reading.format)}) AS TIMESTAMP)`;
  }
  const { unit } = reading;
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
