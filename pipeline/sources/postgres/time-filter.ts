import type { TimeBound } from '../raw-tables.ts';
import { boundNumber, boundText } from '../time-bound.ts';
import { type ColumnType, quoteName } from './relation.ts';

/** Times of the calendar; time zone and DateStyle of the session are UTC and ISO. */
const MOMENTS = ['timestamptz', 'timestamp', 'date'];

/** A text as `2025-01-31 12:00:00.123456`, with T and Z or +00 if one likes. Dates that no month has are no match. */
const READABLE =
  '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[ T]([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?(Z|\\+00(:?00)?)?$';
const NO_DAY = '^\\d{4}-(02-3\\d|(04|06|09|11)-31)';
const LEAP_DAY = '^\\d{4}-02-29';

const isLeapYear = (year: string): string => `(${year} % 4 = 0 AND (${year} % 100 <> 0 OR ${year} % 400 = 0))`;

/** By its letters, so that a text that is no time can't fail the whole query. */
const isOlderText = (column: string, bound: string): string => {
  const year = `substr(${column}, 1, 4)::integer`;
  const readable = `${column} ~ '${READABLE}' AND ${column} !~ '${NO_DAY}'`;
  const fraction = `rpad(coalesce(substring(${column} FROM '\\.(\\d+)'), ''), 6, '0')`;
  const text = `replace(left(${column}, 19), 'T', ' ') || '.' || ${fraction}`;
  const isBefore = `(${text}) COLLATE "C" < '${bound}'`;
  return `CASE WHEN ${readable} THEN CASE WHEN ${column} ~ '${LEAP_DAY}' AND NOT ${isLeapYear(year)} THEN false ELSE ${isBefore} END ELSE false END`;
};

/** True for rows that are surely before the bound; false or NULL for later ones and for what can't be read as a time. */
export const isOlderSql = (bound: TimeBound, { name, category }: ColumnType): string => {
  const column = quoteName(bound.column);
  if (bound.unit !== 'text') {
    return category === 'N' ? `${column} < ${boundNumber(bound, bound.unit)}` : 'false';
  }
  if (MOMENTS.includes(name)) {
    return `${column} < TIMESTAMPTZ '${boundText(bound)}+00'`;
  }
  return category === 'S' ? isOlderText(`${column}::text`, boundText(bound)) : 'false';
};
