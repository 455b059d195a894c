/** One parameter of a search space: values that fit their key, ranges with points. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import { isObject } from '../../contracts/is-object.ts';
import type { Finding } from '../config-source.ts';
import { describeSchema } from '../describe-schema.ts';
import { type JsonPath, valueAt } from '../json-path.ts';
import { type SchemaNode, schemaAt } from '../schema.ts';
import { checkKey, checkValue } from './sweepable-keys.ts';

interface Parameter {
  readonly path: JsonPath;
  readonly key: string;
  readonly schema: SchemaNode;
  readonly isGrid: boolean;
}

interface Range {
  readonly at: JsonPath;
  readonly kind: 'int' | 'float';
  readonly given: Readonly<Record<string, unknown>>;
}

const KINDS = ['choice', 'int', 'float'] as const;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** A type of JSON Schema is a name or a list of names. */
const hasType = ({ type }: SchemaNode, name: string): boolean => [type].flat().includes(name);

const checkChoice = (root: unknown, { path, key }: Parameter, choice: readonly unknown[]): readonly Finding[] => {
  const seen = new Map<string, number>();
  return choice.flatMap((value, index) => {
    const place = [...path, 'choice', index];
    const first = seen.get(canonicalJson(value));
    seen.set(canonicalJson(value), first ?? index);
    return first === undefined
      ? checkValue(root, place, key)
      : [{ path: place, part: 'value' as const, expected: `each value once (it is choice[${first}] already)` }];
  });
};

/** null where the key takes numbers of this kind. */
const checkKind = ({ schema }: Parameter, { at, kind }: Range): Finding | null => {
  if (!hasType(schema, 'integer') && !hasType(schema, 'number')) {
    const expected = `"choice" with values, each ${describeSchema(schema)}`;
    return { path: at, part: 'key', expected, found: 'a range' };
  }
  return hasType(schema, 'integer') && kind === 'float'
    ? {
        path: at,
        part: 'key',
        expected: `"int": ${describeSchema(schema)}`,
        found: 'a range of floats',
        suggest: () => 'int',
      }
    : null;
};

const checkWholeNumbers = ({ at, kind, given }: Range): readonly Finding[] =>
  (kind === 'int' ? (['low', 'high', 'step'] as const) : [])
    .filter((name) => isNumber(given[name]) && !Number.isInteger(given[name]))
    .map((name) => ({ path: [...at, name], part: 'value', expected: 'a whole number in an "int" range' }));

const checkExtent = ({ at, given }: Range): readonly Finding[] => {
  const { low, high, step, log } = given;
  if (!isNumber(low) || !isNumber(high)) {
    return [];
  }
  const findings: Finding[] = [];
  const span = Number((high - low).toPrecision(12));
  if (low > high) {
    findings.push({ path: [...at, 'high'], part: 'value', expected: `a number >= low (${low})`, isEmptySpace: true });
  } else if (isNumber(step) && span > 0 && step > span) {
    findings.push({ path: [...at, 'step'], part: 'value', expected: `a step <= high - low (${span})` });
  }
  if (log === true && low <= 0) {
    findings.push({ path: [...at, 'low'], part: 'value', expected: 'a number > 0 in a logarithmic range' });
  }
  return findings;
};

const checkGridRange = ({ at, kind, given }: Range): readonly Finding[] => {
  const findings: Finding[] = [];
  if (given.log === true) {
    findings.push({
      path: [...at, 'log'],
      part: 'value',
      expected: 'no "log" in a grid: list the values with "choice", or set "sampler": "random"',
    });
  }
  if (kind === 'float' && given.step === undefined) {
    findings.push({
      path: [...at, 'step'],
      part: 'value',
      expected: 'a step in a grid over floats; or "choice", or "sampler": "random"',
    });
  }
  return findings;
};

const checkRange = (root: unknown, parameter: Parameter, range: Range): readonly Finding[] => {
  const wrongKind = checkKind(parameter, range);
  if (wrongKind !== null) {
    return [wrongKind];
  }
  const { low, high } = range.given;
  const ends = [low, high].every(isNumber) ? ['low', 'high'] : [];
  const findings = [
    ...ends.flatMap((name) => checkValue(root, [...range.at, name], parameter.key)),
    ...checkWholeNumbers(range),
    ...checkExtent(range),
    ...(parameter.isGrid ? checkGridRange(range) : []),
  ];
  // One mistake a place: the first.
  const place = ({ path }: Finding): string => canonicalJson(path);
  return findings.filter((finding, index) => findings.findIndex((other) => place(other) === place(finding)) === index);
};

/** `path` leads to the parameter; its last segment is the key. */
export const checkParameter = (root: unknown, path: JsonPath, isGrid: boolean): readonly Finding[] => {
  const key = String(path.at(-1));
  const unknown = checkKey(path);
  if (unknown !== null) {
    return [unknown];
  }
  const given = valueAt(root, path);
  const kinds = KINDS.filter((kind) => isObject(given) && given[kind] !== undefined);
  if (isObject(given) && kinds.length !== 1) {
    return [{ path, part: 'value', expected: 'exactly one of "choice", "int", "float"' }];
  }
  const parameter: Parameter = { path, key, schema: schemaAt(key.split('.')) ?? {}, isGrid };
  return kinds.flatMap((kind) => {
    const at = [...path, kind];
    const value = valueAt(root, at);
    if (kind === 'choice') {
      return Array.isArray(value) ? checkChoice(root, parameter, value) : [];
    }
    return isObject(value) ? checkRange(root, parameter, { at, kind, given: value }) : [];
  });
};
