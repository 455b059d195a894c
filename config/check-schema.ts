/** What the schema has against a config, in words that name place, expectation and remedy. */
import type { ErrorObject } from 'ajv';
import type { Finding } from './config-source.ts';
import { describeKeys, describeSchema } from './describe-schema.ts';
import { formatJsonPath, type JsonPath, parseJsonPointer, valueAt } from './json-path.ts';
import { nearestName } from './nearest.ts';
import { isObject, kindsOf, type SchemaNode, validateExperiment } from './schema.ts';

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
      suggestion: nearestName(key, known),
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
      suggestion: typeof kind === 'string' ? nearestName(kind, kinds.kinds) : null,
    };
  }
  const value = valueAt(root, path);
  const words = schema.enum?.filter((item): item is string => typeof item === 'string') ?? [];
  return {
    path,
    part: 'value',
    expected: describeSchema(schema),
    suggestion: typeof value === 'string' ? nearestName(value, words) : null,
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

export const checkSchema = (root: unknown): readonly Finding[] =>
  validateExperiment(withSourceType(root)) ? [] : findingsOf(validateExperiment.errors ?? [], root);
