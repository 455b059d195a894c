/** What a schema cannot say of `gate`: which keys belong together, and whether a guarded slice can exist. */
import { isBlank } from '../contracts/blank-text.ts';
import { type GuardMetric, isCatalogueMetric } from '../contracts/gate.ts';
import { isObject } from '../contracts/is-object.ts';
import { checkGateNumbers } from './check-gate-numbers.ts';
import type { Finding } from './config-source.ts';
import { type JsonPath, valueAt } from './json-path.ts';
import { nearestName } from './nearest.ts';
import { schemaAt } from './schema.ts';

const GUARDS: JsonPath = ['gate', 'guards'];

/** A key that the rule of this config does not look at: somebody expects something of it, unless it is the default. */
const checkRule = (root: unknown): readonly Finding[] => {
  const isNonInferior = valueAt(root, ['gate', 'rule']) === 'non_inferior';
  const [idle, other] = isNonInferior ? ['min_improvement', 'superior'] : ['margin', 'non_inferior'];
  const path = ['gate', idle];
  const value = valueAt(root, path);
  return value === undefined || value === schemaAt(path)?.default
    ? []
    : [{ path, part: 'key', expected: `"rule": "${other}" beside it, as no other rule has a ${idle}` }];
};

/** Categorical features of a mapped source; null for a source that brings its own. */
const categoricalFeatures = (root: unknown, side: string): readonly string[] | null => {
  const features = valueAt(root, ['data', 'source', `${side}s`, 'features']);
  const isCategorical = (feature: unknown): boolean =>
    ['categorical', 'multi_categorical'].includes(String(valueAt(feature, ['kind'])));
  return isObject(features)
    ? Object.entries(features)
        .filter(([, feature]) => isCategorical(feature))
        .map(([name]) => name)
    : null;
};

const checkSlice = (root: unknown, path: JsonPath, slice: string): readonly Finding[] => {
  const [side = '', ...rest] = (slice.split('=')[0] ?? '').split('.');
  const feature = rest.join('.');
  const known = categoricalFeatures(root, side);
  if (known === null || known.includes(feature)) {
    return [];
  }
  const suggest = (): string | null => {
    const meant = nearestName(feature, known);
    return meant === null ? null : slice.replace(feature, meant);
  };
  const names = known.length === 0 ? 'none' : known.join(', ');
  return [{ path, part: 'value', expected: `a categorical feature of the ${side}s (${names})`, suggest }];
};

const checkGuard = (root: unknown, index: number): readonly Finding[] => {
  const path = [...GUARDS, index];
  const guard = valueAt(root, path);
  const metric = String(valueAt(guard, ['metric'])) as GuardMetric;
  const slice = valueAt(guard, ['slice']);
  const findings: Finding[] = [];
  if (metric === 'slice' && typeof slice !== 'string') {
    findings.push({ path, part: 'key', expected: '"slice" with the metric "slice"', found: 'none' });
  } else if (metric === 'slice') {
    findings.push(...checkSlice(root, [...path, 'slice'], String(slice)));
  } else if (slice !== undefined) {
    findings.push({ path: [...path, 'slice'], part: 'key', expected: '"metric": "slice" beside it' });
  }
  if (!isCatalogueMetric(metric) && valueAt(guard, ['tolerance']) === 0) {
    const expected = `a tolerance above 0, as no number of users shows that nothing at all was lost of a mean over them`;
    findings.push({ path: [...path, 'tolerance'], part: 'value', expected });
  }
  return findings;
};

/** A champion is superseded only with a reason: the ledger then has nothing else to show. */
const checkSupersede = (root: unknown): readonly Finding[] => {
  const path = ['gate', 'unreadable_champion'];
  const reason = String(valueAt(root, ['gate', 'supersede_reason']) ?? '');
  return valueAt(root, path) !== 'supersede' || !isBlank(reason)
    ? []
    : [{ path, part: 'value', expected: '"supersede_reason" beside it: why such a champion may be replaced' }];
};

/** For a `gate` that fits the schema. */
export const checkGate = (root: unknown): readonly Finding[] => {
  const given = valueAt(root, GUARDS);
  const guards: readonly unknown[] = Array.isArray(given) ? given : [];
  const names = guards.map((guard) => String(valueAt(guard, ['slice']) ?? valueAt(guard, ['metric'])));
  return [
    ...checkRule(root),
    ...checkSupersede(root),
    ...checkGateNumbers(root, guards.length),
    ...guards.flatMap((_, index) => checkGuard(root, index)),
    ...names.flatMap((name, index): readonly Finding[] =>
      names.indexOf(name) === index
        ? []
        : [{ path: [...GUARDS, index], part: 'value', expected: 'each guard once', found: `${name} a second time` }],
    ),
  ];
};
