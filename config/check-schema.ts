/** What the schema has against a config, in words that name place, expectation and remedy. */
import type { ErrorObject } from 'ajv';
import { isObject } from '../contracts/is-object.ts';
import type { Finding } from './config-source.ts';
import { describeKeys, describeSchema } from './describe-schema.ts';
import { formatJsonPath, type JsonPath, parseJsonPointer, valueAt } from './json-path.ts';
import { nearestName } from './nearest.ts';
import { MOST_PROBLEMS } from './problem.ts';
import { kindsOf, type SchemaNode, validateExperiment, validateLarge } from './schema.ts';
import { suggestKey } from './suggest-key.ts';

/** A choice of one is in truth a space without points, which has a code of its own. */
const isEmptySpace = (path: JsonPath, keyword: string): boolean =>
  path[0] === 'sweep' &&
  path[1] === 'space' &&
  ((keyword === 'minProperties' && path.length === 2) || (keyword === 'minItems' && path.length === 4));

const toFinding = (error: ErrorObject, root: unknown, prefix: JsonPath): Finding => {
  const schema = (error.parentSchema ?? {}) as SchemaNode;
  const path = [...prefix, ...parseJsonPointer(error.instancePath, valueAt(root, prefix))];
  const known = Object.keys(schema.properties ?? {}).filter((key) => key !== '$schema');
  if (error.keyword === 'additionalProperties') {
    const key = String(error.params.additionalProperty);
    return {
      path: [...path, key],
      part: 'key',
      expected: describeKeys(schema),
      found: 'an unknown key',
      suggest: () => suggestKey(path.join('.'), key, known),
    };
  }
  if (error.keyword === 'required') {
    const missing = String(error.params.missingProperty);
    return {
      path: [...path, missing],
      part: 'value',
      expected: describeSchema(schema.properties?.[missing] ?? {}),
      found: 'nothing',
    };
  }
  const kinds = error.keyword === 'discriminator' ? kindsOf(schema) : null;
  if (kinds !== null) {
    const kind = valueAt(root, [...path, kinds.key]);
    return {
      path: [...path, kinds.key],
      part: 'value',
      expected: `one of ${kinds.kinds.map((name) => JSON.stringify(name)).join(', ')}`,
      ...(kind === undefined ? { found: 'nothing' } : {}),
      suggest: () => (typeof kind === 'string' ? nearestName(kind, kinds.kinds) : null),
    };
  }
  const value = valueAt(root, path);
  const words = schema.enum?.filter((item): item is string => typeof item === 'string') ?? [];
  return {
    path,
    part: 'value',
    expected: describeSchema(schema),
    suggest: () => (typeof value === 'string' ? nearestName(value, words) : null),
    isEmptySpace: isEmptySpace(path, error.keyword),
  };
};

/** One finding a place: several broken limits of one value are one mistake. Keys of the space are checked elsewhere. */
export const findingsOf = (
  errors: readonly ErrorObject[],
  root: unknown,
  prefix: JsonPath = [],
): readonly Finding[] => {
  const byPlace = new Map<string, Finding>();
  for (const error of errors) {
    if (byPlace.size >= MOST_PROBLEMS) {
      break;
    }
    if (error.keyword === 'propertyNames' || error.propertyName !== undefined) {
      continue;
    }
    const finding = toFinding(error, root, prefix);
    const place = formatJsonPath(finding.path);
    if (!byPlace.has(place)) {
      byPlace.set(place, finding);
    }
  }
  return [...byPlace.values()];
};

/** A source that does not say its type is the built-in one; the schema wants it said. */
export const withSourceType = (root: unknown): unknown => {
  const data = valueAt(root, ['data']);
  const source = valueAt(data, ['source']);
  return isObject(root) && isObject(data) && isObject(source) && source.type === undefined
    ? { ...root, data: { ...data, source: { type: 'synthetic', ...source } } }
    : root;
};

/** No config that a person writes has as many values. */
const LARGE = 20_000;

const isLarge = (root: unknown): boolean => {
  const waiting = [root];
  for (let place = 0; place < waiting.length && place <= LARGE; place += 1) {
    const value = waiting[place];
    if (typeof value === 'object' && value !== null) {
      for (const item of Object.values(value)) {
        waiting.push(item);
      }
    }
  }
  return waiting.length > LARGE;
};

/** Every mistake; of a config that is very large, the first. */
export const checkSchema = (root: unknown): readonly Finding[] => {
  const whole = withSourceType(root);
  const errors = isLarge(whole)
    ? validateLarge(whole)
    : validateExperiment(whole)
      ? null
      : (validateExperiment.errors ?? null);
  return findingsOf(errors ?? [], root);
};
