/** What a schema cannot say of `data`: which keys belong together, and whether the split has what it needs. */
import { isObject } from '../contracts/is-object.ts';
import type { Finding } from './config-source.ts';
import { type JsonPath, valueAt } from './json-path.ts';
import { fillDefaults } from './resolve.ts';
import { schemaAt } from './schema.ts';

const SOURCE: JsonPath = ['data', 'source'];
const FILE_KEYS = ['path', 'format', 'csv'];
const DATABASE_KEYS = ['table', 'query'];
/** Columns of the tables that features are written to. */
const RESERVED_NAMES = ['user_id', 'item_id', 'user_index', 'item_index', 'text'];

const given = (value: unknown, keys: readonly string[]): readonly string[] =>
  keys.filter((key) => valueAt(value, [key]) !== undefined);

const quoted = (keys: readonly string[]): string => keys.map((key) => JSON.stringify(key)).join(' and ');

/** Keys of `allowed` name a table in this kind of source; those of the other kind do nothing there. */
const checkLocation = (root: unknown, path: JsonPath, isOptional: boolean): readonly Finding[] => {
  const isFiles = valueAt(root, [...SOURCE, 'type']) === 'files';
  const location = valueAt(root, path);
  const foreign = given(location, isFiles ? DATABASE_KEYS : FILE_KEYS);
  if (foreign[0] !== undefined) {
    const expected = isFiles ? '"path" in a source of files' : '"table" or "query" in a database';
    return [{ path: [...path, foreign[0]], part: 'key', expected, found: `"${foreign[0]}"` }];
  }
  const own = given(location, isFiles ? ['path'] : DATABASE_KEYS);
  if (own.length === 1 || (own.length === 0 && isOptional)) {
    return [];
  }
  const expected = isFiles ? '"path"' : 'either "table" or "query"';
  return [{ path, part: 'key', expected, found: own.length === 0 ? 'neither' : quoted(own) }];
};

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  isObject(value) ? Object.entries(value) : [];

const checkFeature = (root: unknown, path: JsonPath, hasTable: boolean): readonly Finding[] => {
  const feature = valueAt(root, path);
  const kind = valueAt(feature, ['kind']);
  const places = given(feature, ['columns', 'column', 'from']);
  const findings: Finding[] = [];
  if (places.includes('from')) {
    findings.push(...checkLocation(root, [...path, 'from'], false));
  } else if (kind !== 'id' && !hasTable) {
    findings.push({
      path,
      part: 'key',
      expected: 'a table that holds it: give the table beside "features", or "from" in the feature',
      found: 'none',
    });
  }
  const name = String(path.at(-1));
  const isColumn = ['categorical', 'multi_categorical', 'numeric'].includes(String(kind));
  if (isColumn && RESERVED_NAMES.includes(name)) {
    findings.push({
      path,
      part: 'key',
      expected: `a name other than ${RESERVED_NAMES.join(', ')}`,
      found: quoted([name]),
    });
  }
  if (places.includes('columns') && places.length > 1) {
    findings.push({
      path: [...path, 'columns'],
      part: 'key',
      expected: 'only "columns" or "column"',
      found: quoted(places),
    });
  }
  return findings;
};

const checkEntities = (root: unknown, side: 'users' | 'items'): readonly Finding[] => {
  const path = [...SOURCE, side];
  const table = valueAt(root, path);
  const features = entriesOf(valueAt(table, ['features']));
  const hasTable = given(table, [...DATABASE_KEYS, 'path']).length > 0;
  const embeddings = features.filter(([, feature]) => valueAt(feature, ['kind']) === 'embedding');
  return [
    ...checkLocation(root, path, true),
    ...features.flatMap(([name]) => checkFeature(root, [...path, 'features', name], hasTable)),
    ...(valueAt(table, ['true_factors']) === undefined
      ? []
      : checkLocation(root, [...path, 'true_factors', 'from'], false)),
    ...(features.length > 0
      ? []
      : [
          {
            path: [...path, 'features'],
            part: 'key' as const,
            expected: 'at least one feature, for example "id": {"kind": "id"}',
            found: 'none',
          },
        ]),
    ...embeddings.slice(1).map(([name]) => ({
      path: [...path, 'features', name],
      part: 'key' as const,
      expected: `at most one feature of kind "embedding" (${embeddings[0]?.[0]} is one)`,
      found: 'another',
    })),
  ];
};

/** Types that the rules or the constant name must have a label, or be left out on purpose. */
const checkTypes = (root: unknown, labels: readonly string[]): readonly Finding[] => {
  const path = [...SOURCE, 'interactions'];
  const rules = valueAt(root, [...path, 'rating', 'rules']);
  const places = [
    [...path, 'constant_type'],
    ...(Array.isArray(rules) ? rules.map((_, index) => [...path, 'rating', 'rules', index, 'type']) : []),
  ];
  return places.flatMap((place) => {
    const type = valueAt(root, place);
    return typeof type !== 'string' || labels.includes(type)
      ? []
      : [
          {
            path: place,
            part: 'value' as const,
            expected: `a type of data.labels or data.ignored_types: ${labels.join(', ')}`,
          },
        ];
  });
};

const checkEvents = (root: unknown): readonly Finding[] => {
  const path = [...SOURCE, 'interactions'];
  const table = valueAt(root, path);
  const kinds = given(table, ['type', 'constant_type', 'rating']);
  const hasTime = given(table, ['time']).length === 1;
  const method = valueAt(root, ['data', 'split', 'method']);
  const timed: Finding[] = [];
  const format = [...path, 'time_format'];
  if (valueAt(root, format) !== undefined) {
    const isDatabase = valueAt(root, [...SOURCE, 'type']) !== 'files';
    if (!hasTime || valueAt(table, ['time_unit']) !== undefined) {
      const expected = hasTime ? 'only "time_unit" or "time_format"' : '"time" beside it';
      timed.push({ path: format, part: 'key', expected, found: '"time_format"' });
    } else if (isDatabase && valueAt(root, [...SOURCE, 'incremental']) === true) {
      timed.push({ path: format, part: 'key', expected: 'no "time_format" with incremental', found: '"time_format"' });
    }
  }
  if (!hasTime && (method === 'temporal' || method === 'leave_one_out')) {
    timed.push({
      path: ['data', 'split', 'method'],
      part: 'value',
      expected: 'data.source.interactions.time with this split',
    });
  }
  if (!hasTime && valueAt(root, [...SOURCE, 'incremental']) === true) {
    timed.push({ path: [...SOURCE, 'incremental'], part: 'value', expected: 'data.source.interactions.time with it' });
  }
  return [
    ...checkLocation(root, path, false),
    ...(kinds.length === 1
      ? []
      : [
          {
            path,
            part: 'key' as const,
            expected: 'exactly one of "type", "constant_type" and "rating"',
            found: kinds.length === 0 ? 'none' : quoted(kinds),
          },
        ]),
    ...timed,
  ];
};

const checkFactors = (root: unknown): readonly Finding[] => {
  const sides = (['users', 'items'] as const).filter(
    (side) => valueAt(root, [...SOURCE, side, 'true_factors']) !== undefined,
  );
  return sides.length !== 1
    ? []
    : [
        {
          path: [...SOURCE, sides[0] ?? 'users', 'true_factors'],
          part: 'key',
          expected: 'true_factors of users and of items, or of neither',
          found: `those of ${sides[0]}`,
        },
      ];
};

/** A config whose source fits the schema. */
export const checkSource = (root: unknown): readonly Finding[] => {
  const type = valueAt(root, [...SOURCE, 'type']);
  if (type !== 'files' && type !== 'sqlite' && type !== 'postgres') {
    return [];
  }
  const labels = Object.keys(
    fillDefaults(schemaAt(['data', 'labels']) ?? {}, valueAt(root, ['data', 'labels']) ?? {}) as object,
  );
  const ignored = valueAt(root, ['data', 'ignored_types']);
  const types = [...labels, ...(Array.isArray(ignored) ? ignored.map(String) : [])];
  return [
    ...checkEntities(root, 'users'),
    ...checkEntities(root, 'items'),
    ...checkEvents(root),
    ...checkTypes(root, types),
    ...checkFactors(root),
  ];
};
