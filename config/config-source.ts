/** A config as given, file and overrides together, and where each of its values comes from. */
import type { JsonDocument } from './json-document.ts';
import { formatJsonPath, type JsonPath, startsWith, valueAt } from './json-path.ts';
import { applyOverrides, type Override } from './overrides.ts';
import { describeFound, type FoundProblem } from './problem.ts';

export interface Finding {
  readonly path: JsonPath;
  /** Whether the key at `path` or its value is at fault. */
  readonly part: 'key' | 'value';
  readonly expected: string;
  /** Default: the value at `path`. */
  readonly found?: string;
  /** The nearest valid key or value; asked for only where the problem is shown. */
  readonly suggest?: () => string | null;
  readonly isEmptySpace?: boolean;
  /** What to do, where that is more than correcting the value. */
  readonly hint?: string;
}

export interface ConfigSource {
  readonly file: string;
  readonly value: unknown;
  readonly document: JsonDocument;
  problem(finding: Finding): FoundProblem;
}

export const createConfigSource = (document: JsonDocument, overrides: readonly Override[]): ConfigSource => {
  const value = applyOverrides(document.value, overrides);

  /** Which `--set` is to blame: one that wrote this place, or the last one that made what surrounds it. */
  const blamedOverride = (path: JsonPath): Override | undefined => {
    const author = overrides.findLast((override) => startsWith(path, override.path));
    for (let length = path.length; author === undefined && length > 0; length -= 1) {
      const place = path.slice(0, length);
      if (document.position(place, 'value') !== null) {
        return undefined;
      }
      const maker = overrides.findLast((override) => startsWith(override.path, place));
      if (maker !== undefined) {
        return maker;
      }
    }
    return author;
  };

  const placeOf = (path: JsonPath, part: 'key' | 'value'): Pick<FoundProblem, 'file' | 'line' | 'column'> => {
    const override = blamedOverride(path);
    if (override !== undefined) {
      return { file: override.source, line: null, column: null };
    }
    for (let length = path.length; length >= 0; length -= 1) {
      const position = document.position(path.slice(0, length), length === path.length ? part : 'value');
      if (position !== null) {
        return { file: document.file, ...position };
      }
    }
    return { file: document.file, line: 1, column: 1 };
  };

  return {
    file: document.file,
    value,
    document,
    problem: ({ path, part, expected, found, suggest, isEmptySpace, hint }) => ({
      ...placeOf(path, part),
      path: formatJsonPath(path),
      expected,
      found: found ?? describeFound(valueAt(value, path)),
      suggest: suggest ?? (() => null),
      isEmptySpace: isEmptySpace ?? false,
      hint: hint ?? null,
    }),
  };
};
