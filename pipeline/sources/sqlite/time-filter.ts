import type { TimeBound } from '../raw-tables.ts';
import { boundNumber, boundText } from '../time-bound.ts';
import { columnOf } from './sqlite-relation.ts';

const TWO = '[0-9][0-9]';
const TIME = `${TWO}:${TWO}:${TWO}`;

/** Of a text as `2025-01-31 12:00:00.123456`, with T and Z or +00 if one likes; SQLite's own times end at milliseconds. */
const isOlderText = (column: string, bound: string): string => {
  const plain = `replace(${column}, 'T', ' ')`;
  // Without the zone, as all of them are UTC; other zones do not fit the pattern any more.
  const text = `CASE WHEN ${plain} GLOB '*Z' THEN substr(${plain}, 1, length(${plain}) - 1)
    WHEN ${plain} GLOB '*+00' THEN substr(${plain}, 1, length(${plain}) - 3)
    WHEN ${plain} GLOB '*+00:00' THEN substr(${plain}, 1, length(${plain}) - 6) ELSE ${plain} END`;
  const day = `substr(${text}, 1, 10)`;
  const digits = `substr(${text}, 21)`;
  // date() makes the 2nd of March of the 30th of February.
  const isDay = `${day} GLOB '${TWO}${TWO}-${TWO}-${TWO}' AND date(${day}) = ${day}`;
  const isTime = `substr(${text}, 11, 9) GLOB ' ${TIME}' AND time(substr(${text}, 12, 8)) IS NOT NULL`;
  const isFraction = `(length(${text}) = 19 OR (substr(${text}, 20, 1) = '.' AND length(${digits}) BETWEEN 1 AND 6 AND ${digits} NOT GLOB '*[^0-9]*'))`;
  const padded = `substr(${text}, 1, 19) || '.' || substr(${digits} || '000000', 1, 6)`;
  return `typeof(${column}) = 'text' AND ${isDay} AND ${isTime} AND ${isFraction} AND ${padded} < '${bound}'`;
};

/** True for rows that are surely before the bound; false or NULL for later ones and for what can't be read as a time. */
export const isOlderSql = (bound: TimeBound): string => {
  const column = columnOf(bound.column);
  return bound.unit === 'text'
    ? isOlderText(column, boundText(bound))
    : `typeof(${column}) IN ('integer', 'real') AND ${column} < ${boundNumber(bound, bound.unit)}`;
};
