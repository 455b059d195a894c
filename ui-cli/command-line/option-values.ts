/** Parsers of option values. Each throws USAGE with what was given and what was expected. */
import { isBlank } from '../../contracts/blank-text.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { TASK_QUEUE, type TaskQueue } from '../../contracts/names.ts';
import { parseDuration } from '../text/formats.ts';

export const wrongOption = (option: string, value: string, expected: string, example: string): TtExpError =>
  new TtExpError('USAGE', `${option}: got ${JSON.stringify(value)}, expected ${expected}`, {
    hint: `For example: ${option} ${example}`,
  });

/** Of an option that may be repeated; without it there is none. */
export const collect = (value: string, earlier: readonly string[] = []): readonly string[] => [...earlier, value];

/** `user_id,item_id,rating`: names with commas between them. */
export const namesOption =
  (option: string) =>
  (value: string): readonly string[] => {
    const names = value.split(',').map((name) => name.trim());
    if (names.includes('') || new Set(names).size < names.length) {
      throw wrongOption(option, value, 'different names separated by commas', 'user_id,item_id,rating,timestamp');
    }
    return names;
  };

/** To milliseconds. */
export const durationOption =
  (option: string) =>
  (value: string): number => {
    const milliseconds = parseDuration(value);
    if (milliseconds === null) {
      throw wrongOption(option, value, 'a duration', '30m');
    }
    return milliseconds;
  };

export const integerOption =
  (option: string, minimum: number) =>
  (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < minimum) {
      throw wrongOption(option, value, `a whole number >= ${minimum}`, String(Math.max(minimum, 1)));
    }
    return number;
  };

/** The same for an argument. */
export const integerArgument =
  (name: string, minimum: number) =>
  (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < minimum) {
      throw new TtExpError('USAGE', `${name}: got ${JSON.stringify(value)}, expected a whole number >= ${minimum}`, {
        hint: `For example: ${Math.max(minimum, 1)}`,
      });
    }
    return number;
  };

export const positiveOption =
  (option: string) =>
  (value: string): number => {
    const number = Number(value);
    if (value.trim() === '' || !Number.isFinite(number) || number <= 0) {
      throw wrongOption(option, value, 'a number > 0', '0.001');
    }
    return number;
  };

export const notNegativeOption =
  (option: string) =>
  (value: string): number => {
    const number = Number(value);
    if (value.trim() === '' || !Number.isFinite(number) || number < 0) {
      throw wrongOption(option, value, 'a number >= 0', '1e-6');
    }
    return number;
  };

export const choiceOption =
  <Choice extends string>(option: string, choices: readonly Choice[], example = choices[0] ?? '') =>
  (value: string): Choice => {
    const choice = choices.find((name) => name === value);
    if (choice === undefined) {
      throw wrongOption(option, value, `one of ${choices.join(', ')}`, example);
    }
    return choice;
  };

/** Of a folder and of a run: letters, digits, dot, underscore, hyphen. */
export const nameOption =
  (option: string) =>
  (value: string): string => {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) {
      throw wrongOption(option, value, 'letters, digits, dot, underscore and hyphen', 'two_tower_v1');
    }
    return value;
  };

export const queueOption = choiceOption<TaskQueue>('--queue', Object.values(TASK_QUEUE), TASK_QUEUE.gpu);

export const formatOption = (value: string): 'parquet' | 'csv' => {
  if (value !== 'parquet' && value !== 'csv') {
    throw wrongOption('--format', value, 'parquet or csv', 'parquet');
  }
  return value;
};

/** To epoch milliseconds: an ISO 8601 date, or date and time. In UTC where it names no zone, as all times are printed. */
export const timeOption =
  (option: string) =>
  (value: string): number => {
    const [, day = '', time = '00:00', zone = 'Z'] =
      /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z| ?UTC|[+-]\d{2}:\d{2})?)?$/.exec(value.trim()) ??
      [];
    const milliseconds = Date.parse(`${day}T${time}${zone.endsWith('UTC') ? 'Z' : zone}`);
    const isOnCalendar = new Date(`${day}T00:00Z`).toJSON()?.startsWith(day) === true;
    if (!isOnCalendar || Number.isNaN(milliseconds)) {
      throw wrongOption(option, value, 'an ISO 8601 time', '2026-11-01T12:00');
    }
    return milliseconds;
  };

/** Names seconds, and no part of one. */
const WHOLE_SECOND = /[T ]\d{2}:\d{2}:\d{2}(?![.\d])/;

/**
 * The same, and over: of what is still to come nothing is recorded. A whole second is its end: so are times printed, and
 * what happened in that second is part of it.
 */
export const pastOption =
  (option: string, now: () => number) =>
  (value: string): number => {
    const time = timeOption(option)(value);
    if (time > now()) {
      throw new TtExpError('USAGE', `${option}: ${value} is in the future`, {
        hint: `Name a time that is over; it is read as UTC unless it names a zone. Now it is ${new Date(now()).toISOString()}.`,
      });
    }
    return WHOLE_SECOND.test(value) ? time + 999 : time;
  };

/** The same, or a duration before now. */
export const sinceOption =
  (option: string, now: () => number) =>
  (value: string): number => {
    const ago = parseDuration(value);
    if (ago !== null) {
      return now() - ago;
    }
    try {
      return timeOption(option)(value);
    } catch {
      throw wrongOption(option, value, 'a duration or an ISO 8601 time', '10m');
    }
  };

/** Something that can be read. */
export const textOption =
  (option: string) =>
  (value: string): string => {
    if (isBlank(value)) {
      throw wrongOption(option, value, 'a text that can be read', '"better for new users"');
    }
    return value.trim();
  };
