/** How a column of times is read: as the config says, or found by looking at its values. */
import { TtExpError } from '../../contracts/errors.ts';
import type { ResolvedEvents } from '../../contracts/resolved-config.ts';
import { type Database, sqlText } from '../duckdb/database.ts';
import { hasValue, isCalendar, type TimeReading, type TypedColumn, textSql, timeSql } from './column-sql.ts';
import { likelyFormats } from './time-formats.ts';

const DAY_MS = 86_400_000;

/** Each reading costs a pass over them. */
const MOST_VALUES = 100_000;

/** Numbers mean a time only between these years: whatever the unit, the ranges do not overlap. */
const FIRST_MS = Date.UTC(1990, 0, 1);
const lastMs = (nowMs: number): number => nowMs + 366 * DAY_MS;

type Kind = 'text' | 's' | 'ms' | 'us' | 'ns' | 'day' | 'second' | 'year';

const READINGS: Readonly<Record<Exclude<Kind, 'year'>, TimeReading>> = {
  text: { unit: 'text' },
  s: { unit: 's' },
  ms: { unit: 'ms' },
  us: { unit: 'us' },
  ns: { unit: 'ns' },
  day: { format: '%Y%m%d' },
  second: { format: '%Y%m%d%H%M%S' },
};

const WORDS = {
  text: 'timestamps',
  s: 'seconds since 1970',
  ms: 'milliseconds since 1970',
  us: 'microseconds since 1970',
  ns: 'nanoseconds since 1970',
} as const;

export const describeReading = (reading: TimeReading): string =>
  'format' in reading
    ? reading.format === '%Y%m%d'
      ? 'days like 20231124'
      : `times like ${reading.format}`
    : WORDS[reading.unit];

const PER_MILLISECOND = { s: 1e-3, ms: 1, us: 1e3, ns: 1e6 } as const;

/** Condition under which a value is a plausible time of this kind. */
const isPlausible = (kind: Kind, text: string, nowMs: number): string => {
  const number = `TRY_CAST(${text} AS DOUBLE)`;
  const between = (time: string): string =>
    `epoch_ms(${time}) BETWEEN ${FIRST_MS} AND ${lastMs(nowMs)} AND ${number} IS NOT NULL`;
  const column = { sql: text, type: 'VARCHAR' };
  switch (kind) {
    case 'text':
      return `${number} IS NULL AND (${timeSql(column, READINGS.text)}) IS NOT NULL`;
    case 'year':
      return `${number} BETWEEN 1990 AND ${new Date(lastMs(nowMs)).getUTCFullYear()} AND ${number} = floor(${number})`;
    case 'day':
    case 'second':
      return between(timeSql(column, READINGS[kind]));
    default:
      return `${number} / ${PER_MILLISECOND[kind]} BETWEEN ${FIRST_MS} AND ${lastMs(nowMs)}`;
  }
};

const KINDS = ['text', 's', 'ms', 'us', 'ns', 'day', 'second', 'year'] as const satisfies readonly Kind[];

export type FoundTime =
  | { readonly kind: 'reading'; readonly reading: TimeReading }
  /** Too coarse to order by. */
  | { readonly kind: 'years' }
  | { readonly kind: 'unknown'; readonly error: TtExpError };

export interface TimeColumn {
  /** With the alias that `column` uses. */
  readonly table: string;
  readonly name: string;
  readonly column: TypedColumn;
  readonly nowMs: number;
}

/** Two of the values, for people. */
const examplesOf = async (database: Database, { table, name, column }: TimeColumn): Promise<string> => {
  const text = textSql(column);
  const [row] = await database.rows(
    `look at ${name}`,
    `SELECT left(min(${text}), 60) AS first, left(max(${text}), 60) AS last FROM ${table} WHERE ${hasValue(column)}`,
  );
  return [...new Set([row?.first, row?.last])].map((value) => JSON.stringify(value)).join(' and ');
};

const noTimes = async (database: Database, time: TimeColumn): Promise<TtExpError> =>
  new TtExpError(
    'DATA_INVALID',
    `the time ${time.name} has numbers such as ${await examplesOf(database, time)}, expected a time between 1990 and next year in seconds, milliseconds, microseconds or nanoseconds since 1970`,
    {
      hint: 'Set "time_unit" in data.source.interactions to the unit in which they count from 1970, or leave "time" out if they are not times.',
    },
  );

/** The error names the formats that read most of the values; null where none does. */
const foreignDates = async (database: Database, time: TimeColumn): Promise<TtExpError | null> => {
  const { table, name, column } = time;
  const formats = await likelyFormats(database, { table, text: textSql(column), where: hasValue(column) });
  const settings = formats.map((format) => `"time_format": ${JSON.stringify(format)}`);
  return formats.length === 0
    ? null
    : new TtExpError(
        'DATA_INVALID',
        `the time ${name} has ${await examplesOf(database, time)}, expected timestamps like 2025-01-31 12:00:00`,
        {
          hint:
            settings.length === 1
              ? `Set ${settings[0]} in data.source.interactions: it reads them.`
              : `Choose the one that is meant, in data.source.interactions: ${settings.join(' or ')}.`,
          details: { formats },
        },
      );
};

/** The reading by which more than half of the first values are plausible: what is written otherwise becomes a bad row. */
export const findTime = async (database: Database, time: TimeColumn): Promise<FoundTime> => {
  const { table, name, column, nowMs } = time;
  if (isCalendar(column)) {
    return { kind: 'reading', reading: READINGS.text };
  }
  const counts = KINDS.map(
    (kind) => `count(*) FILTER (${isPlausible(kind, 'time_text', nowMs)})::INTEGER AS ${kind}_rows`,
  );
  const [row] = await database.rows(
    `look at the times in ${name}`,
    `SELECT count(*)::INTEGER AS all_rows, count(TRY_CAST(time_text AS DOUBLE))::INTEGER AS number_rows, ${counts.join(', ')}
    FROM (SELECT ${textSql(column)} AS time_text FROM ${table} WHERE ${hasValue(column)} LIMIT ${MOST_VALUES})`,
  );
  const count = (what: string): number => Number(row?.[`${what}_rows`]);
  const best = KINDS.toSorted((one, other) => count(other) - count(one))[0] ?? 'text';
  if (count(best) * 2 > count('all')) {
    return best === 'year' ? { kind: 'years' } : { kind: 'reading', reading: READINGS[best] };
  }
  const error = count('number') * 2 > count('all') ? await noTimes(database, time) : await foreignDates(database, time);
  // What nothing is known to read becomes bad rows, each with its place.
  return error === null ? { kind: 'reading', reading: READINGS.text } : { kind: 'unknown', error };
};

/** `2023-11-14 to 2024-03-09`; empty where no value is a time. */
export const timeRange = async (
  database: Database,
  { table, name, column }: TimeColumn,
  reading: TimeReading,
): Promise<string> => {
  const sql = timeSql(column, reading);
  const [row] = await database.rows(
    `look at the times in ${name}`,
    `SELECT strftime(min(time), '%Y-%m-%d') AS first, strftime(max(time), '%Y-%m-%d') AS last FROM (SELECT ${sql} AS time FROM ${table})`,
  );
  return row?.first == null ? '' : `${row.first} to ${row.last}`;
};

const TOO_COARSE = (name: string): TtExpError =>
  new TtExpError('DATA_INVALID', `the time ${name}: got years, expected times fine enough to order interactions by`, {
    hint: 'Name another column, leave "time" out, or set "time_format": "%Y" in data.source.interactions to take the first of January.',
  });

const checkFormat = async (database: Database, format: string): Promise<void> => {
  try {
    await database.rows('try the format', `SELECT try_strptime('', ${sqlText(format)})`);
  } catch (cause) {
    throw new TtExpError(
      'CONFIG_INVALID',
      `data.source.interactions.time_format: got ${JSON.stringify(format)}, expected a format such as "%d.%m.%Y %H:%M:%S"`,
      { hint: 'docs/data.md lists the letters.', cause },
    );
  }
};

/** The reading that the config names, or that is found, with a note. Throws DATA_INVALID, CONFIG_INVALID. */
export const readingOf = async (
  database: Database,
  { time_unit: unit, time_format: format }: ResolvedEvents,
  time: TimeColumn,
): Promise<{ readonly reading: TimeReading; readonly notes: readonly string[] }> => {
  if (format !== undefined) {
    await checkFormat(database, format);
    return { reading: { format }, notes: [] };
  }
  if (unit !== 'auto') {
    return { reading: { unit }, notes: [] };
  }
  const found = await findTime(database, time);
  if (found.kind !== 'reading') {
    throw found.kind === 'years' ? TOO_COARSE(time.name) : found.error;
  }
  const range = await timeRange(database, time, found.reading);
  const isPlain = 'unit' in found.reading && found.reading.unit === 'text';
  return {
    reading: found.reading,
    notes: isPlain || range === '' ? [] : [`time ${time.name}: ${describeReading(found.reading)}, ${range}`],
  };
};
