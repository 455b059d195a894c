/** `--set training.learning_rate=0.0005`: one value of the config replaced from the command line. */
import { TtExpError } from '../contracts/errors.ts';
import { isObject } from '../contracts/is-object.ts';
import { findTooDeep, MAX_NESTING } from './json-nesting.ts';
import type { JsonPath } from './json-path.ts';
import { SWEEPABLE_KEYS } from './schema.ts';

export interface Override {
  /** As typed, for messages: `--set training.learning_rate=0.0005`. */
  readonly source: string;
  readonly path: JsonPath;
  readonly value: unknown;
}

const malformed = (text: string, expected: string): TtExpError =>
  new TtExpError('USAGE', `--set: got ${JSON.stringify(text)}, expected ${expected}`, {
    hint: "For example: --set training.learning_rate=0.0005 --set 'model.hidden_dims=[256,128]'",
  });

/** Places below which a key is itself dotted; `*` is any segment. */
const DOTTED_BELOW: readonly (readonly string[])[] = [
  ['sweep', 'space', '*', 'when'],
  ['sweep', 'space'],
  ['sweep', 'fixed'],
  ['sweep', 'enqueue', '*'],
];

/** The parts of a dotted key belong together: as many as make a key that exists, else two. */
const joinKeyAt = (segments: JsonPath, start: number): JsonPath => {
  const parts = segments.slice(start).map(String);
  if (parts.length < 2 || parts[0]?.includes('.') === true) {
    return segments;
  }
  const known = parts.findLastIndex((_, last) => SWEEPABLE_KEYS.includes(parts.slice(0, last + 1).join('.')));
  const length = known < 1 ? 2 : known + 1;
  return [...segments.slice(0, start), parts.slice(0, length).join('.'), ...segments.slice(start + length)];
};

const joinDottedKeys = (segments: JsonPath): JsonPath => {
  const joined = DOTTED_BELOW.toReversed().reduce<JsonPath>((path, place) => {
    const isBelow = place.every((name, index) => name === '*' || path[index] === name);
    return isBelow ? joinKeyAt(path, place.length) : path;
  }, segments);
  return joined;
};

/** Characters shown of an override that is too long to show whole. */
const MAX_SHOWN_LENGTH = 60;

const tooDeep = (text: string): TtExpError =>
  malformed(`${text.slice(0, MAX_SHOWN_LENGTH)}…`, `at most ${MAX_NESTING} levels of nesting`);

/** JSON where it is JSON, else the text as it stands: `0.001`, `[64,32]`, `true`, `random`. */
const parseValue = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const SEGMENT = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]=]+)/y;

/** Keys up to the first equals sign outside quotes, and where that is. */
const parsePath = (text: string): { readonly path: JsonPath; readonly equals: number } => {
  const segments: (string | number)[] = [];
  let at = 0;
  while (at < text.length && !(segments.length > 0 && text[at] === '=')) {
    if (segments.length > 0 && text[at] === '.') {
      at += 1;
    }
    SEGMENT.lastIndex = at;
    const match = SEGMENT.exec(text);
    if (match === null) {
      throw malformed(text, '<key>=<value>, keys joined by dots');
    }
    const [part, quoted, index, plain] = match;
    const key = quoted === undefined ? plain : parseValue(`"${quoted}"`);
    segments.push(index === undefined ? String(key) : Number(index));
    at += part.length;
  }
  return { path: joinDottedKeys(segments), equals: at };
};

/** Throws USAGE for text that is not `<path>=<value>`. */
export const parseOverride = (text: string): Override => {
  const { path, equals } = parsePath(text);
  if (equals === 0 || equals >= text.length) {
    throw malformed(text, '<key>=<value>');
  }
  const value = parseValue(text.slice(equals + 1));
  if (path.length > MAX_NESTING || (typeof value === 'object' && findTooDeep(text.slice(equals + 1)) !== null)) {
    throw tooDeep(text);
  }
  return { source: `--set ${text}`, path, value };
};

/** The inverse of `parseOverride`: `path=value`, with the value as JSON. */
export const formatOverride = (path: JsonPath, value: unknown): string => {
  const keys = path.map((segment, index) =>
    typeof segment === 'number'
      ? `[${segment}]`
      : /^[^.[\]"=]+$/.test(segment)
        ? `${index === 0 ? '' : '.'}${segment}`
        : `[${JSON.stringify(segment)}]`,
  );
  return `${keys.join('')}=${JSON.stringify(value)}`;
};

const replaceAt = (value: unknown, path: JsonPath, override: Override): unknown => {
  const [key, ...rest] = path;
  if (key === undefined) {
    return override.value;
  }
  if (Array.isArray(value)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index > value.length) {
      throw malformed(override.source.slice('--set '.length), `an index from 0 to ${value.length}`);
    }
    return [...value.slice(0, index), replaceAt(value[index], rest, override), ...value.slice(index + 1)];
  }
  if (value === undefined && typeof key === 'number') {
    throw malformed(override.source.slice('--set '.length), 'the whole list, since the file has none');
  }
  if (value !== undefined && !isObject(value)) {
    throw malformed(override.source.slice('--set '.length), `an object or list before ${JSON.stringify(key)}`);
  }
  const old = value === undefined ? [] : Object.entries(value);
  const changed = replaceAt(value !== undefined && Object.hasOwn(value, key) ? value[key] : undefined, rest, override);
  return Object.fromEntries([...old, [String(key), changed]]);
};

/** The last override of a place counts. Leaves `value` as it is. Throws USAGE where a path leads through a number or text. */
export const applyOverrides = (value: unknown, overrides: readonly Override[]): unknown =>
  overrides.reduce((current, override) => replaceAt(current, override.path, override), value);
