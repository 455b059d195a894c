/** What a filter lets through: `type=collaboration`, `skills=rust`, `team_size=5..10`, `created_at=2026-03-01..`. */
import type { FieldValue } from '../../contracts/serving.ts';

export type FieldMatcher = (value: FieldValue) => boolean;

const NUMBER = String.raw`[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?`;
const RANGE = new RegExp(String.raw`^(${NUMBER})?\.\.(${NUMBER})?$`, 'i');

const WHOLE_NUMBER = new RegExp(`^${NUMBER}$`, 'i');

const DATE = String.raw`\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[-+]\d\d:?\d\d)?)?`;
const TIMES = new RegExp(String.raw`^(${DATE})?\.\.(${DATE})?$`, 'i');
const WHOLE_DATE = new RegExp(`^${DATE}$`, 'i');
const DAY_MS = 86_400_000;

const fold = (text: string): string => text.trim().toLowerCase();

/** Whether a value can be of a field of numbers: a number, or a range whose ends are in order. */
export const fitsNumbers = (wanted: string): boolean => {
  const text = wanted.trim();
  const [, from, to] = RANGE.exec(text) ?? [];
  return (
    WHOLE_NUMBER.test(text) ||
    (from !== undefined && to !== undefined ? Number(from) <= Number(to) : (from ?? to) !== undefined)
  );
};

/** `5..10`, `5..`, `..10`, both ends included; null for anything else, `..` among it. */
const rangeMatcher = (wanted: string): FieldMatcher | null => {
  const [, from, to] = RANGE.exec(wanted.trim()) ?? [];
  if (from === undefined && to === undefined) {
    return null;
  }
  const low = from === undefined ? Number.NEGATIVE_INFINITY : Number(from);
  const high = to === undefined ? Number.POSITIVE_INFINITY : Number(to);
  return (value) => typeof value === 'number' && value >= low && value <= high;
};

/** Milliseconds since 1970; without a zone UTC. NaN for a day that there is none of. */
const timeOf = (text: string): number => {
  const time = text.trim().replace(' ', 'T');
  return Date.parse(/T.*(Z|[-+]\d\d:?\d\d)$/i.test(time) || !time.includes('T') ? time : `${time}Z`);
};

/** `2026-03-01..`, `..2026-03-31`, both days included; null for anything else. */
const timeMatcher = (wanted: string): FieldMatcher | null => {
  const [, from, to] = TIMES.exec(wanted.trim()) ?? [];
  if (from === undefined && to === undefined) {
    return null;
  }
  const low = from === undefined ? Number.NEGATIVE_INFINITY : timeOf(from);
  const isWholeDay = to !== undefined && !/[T ]/i.test(to.trim());
  const high = to === undefined ? Number.POSITIVE_INFINITY : timeOf(to) + (isWholeDay ? DAY_MS - 1 : 0);
  return (value) => {
    const time = typeof value === 'string' && WHOLE_DATE.test(value.trim()) ? timeOf(value) : Number.NaN;
    return time >= low && time <= high;
  };
};

const valueMatcher = (wanted: string): FieldMatcher => {
  const text = fold(wanted);
  const number = text === '' ? Number.NaN : Number(text);
  return (value) => {
    if (value === null) {
      return false;
    }
    if (typeof value === 'object') {
      return value.some((entry) => fold(entry) === text);
    }
    return typeof value === 'number' ? value === number : fold(String(value)) === text;
  };
};

/**
 * Whether a field has any of the wanted values; several fields are several matchers, all of which must agree. Text
 * matches without regard to case, a list where one of its entries does, a number as a number or by a range, a date or time
 * (ISO 8601) as text or by a range. A field without a value matches nothing.
 */
export const fieldMatcher = (wanted: readonly string[]): FieldMatcher => {
  const matchers = wanted.flatMap((text) => {
    const range = rangeMatcher(text) ?? timeMatcher(text);
    return range === null ? [valueMatcher(text)] : [range, valueMatcher(text)];
  });
  return (value) => matchers.some((matches) => matches(value));
};
