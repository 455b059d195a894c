/** How sizes, times and settings of dataset versions are written for people. */
import { isObject } from '../../contracts/is-object.ts';
import { formatTable } from '../text/table.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `512 B`, `1.5 KiB`, `12.0 MiB` */
export const formatBytes = (bytes: number): string => {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}`;
};

/** An ISO time to the second, in UTC: `2024-01-02 03:04:05`. */
export const formatTime = (isoTime: string): string => isoTime.slice(0, 19).replace('T', ' ');

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

const formatValue = (value: unknown): string => {
  if (isObject(value)) {
    return Object.entries(value)
      .map(([key, item]) => `${key} ${formatValue(item)}`)
      .join(', ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** Dotted keys and their values; an object of plain values is one value, a list of named objects one row each. */
const settingRows = (settings: Readonly<Record<string, unknown>>, prefix = ''): readonly (readonly string[])[] =>
  Object.entries(settings).flatMap(([key, value]) => {
    const path = `${prefix}${key}`;
    if (Array.isArray(value) && value.length > 0 && value.every(isObject)) {
      return value.map(({ name, ...rest }, index) => [`${path}.${String(name ?? index)}`, formatValue(rest)]);
    }
    return isObject(value) && !Object.values(value).every(isPlain)
      ? settingRows(value, `${path}.`)
      : [[path, formatValue(value)]];
  });

/** A table without a head. */
export const settingLines = (settings: Readonly<Record<string, unknown>>): readonly string[] =>
  formatTable([{ title: '' }, { title: '' }], settingRows(settings)).slice(1);
