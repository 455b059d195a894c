/** What a schema can't say about a search space: keys that exist, values that fit their keys, ranges with points. */
import { canonicalJson } from '../contracts/canonical-json.ts';
import { findingsOf } from './check-schema.ts';
import type { Finding } from './config-source.ts';
import { describeSchema } from './describe-schema.ts';
import { type JsonPath, valueAt } from './json-path.ts';
import { nearestName } from './nearest.ts';
import { parameterValidator, type SchemaNode, SWEEPABLE_KEYS, schemaAt } from './schema.ts';

interface Parameter {
  readonly path: JsonPath;
  readonly section: string;
  readonly key: string;
  readonly schema: SchemaNode;
  readonly isGrid: boolean;
}

/** A grid beyond this is a mistake. */
const MAX_GRID_POINTS = 10_000;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const checkValue = (root: unknown, path: JsonPath, { section, key }: Parameter): readonly Finding[] => {
  const validate = parameterValidator(section, key);
  return validate === null || validate(valueAt(root, path)) ? [] : findingsOf(validate.errors ?? [], root, path);
};

const checkChoice = (root: unknown, parameter: Parameter, choice: readonly unknown[]): readonly Finding[] => {
  const seen = new Map<string, number>();
  return choice.flatMap((value, index) => {
    const path = [...parameter.path, 'choice', index];
    const first = seen.get(canonicalJson(value));
    seen.set(canonicalJson(value), first ?? index);
    return first === undefined
      ? checkValue(root, path, parameter)
      : [{ path, part: 'value' as const, expected: `each value once (it is choice[${first}] already)` }];
  });
};

const checkRange = (
  root: unknown,
  parameter: Parameter,
  kind: 'int' | 'float',
  range: Readonly<Record<string, unknown>>,
): readonly Finding[] => {
  const { schema, isGrid, path } = parameter;
  const at = [...path, kind];
  if (schema.type !== 'integer' && schema.type !== 'number') {
    return [
      { path: at, part: 'key', expected: `"choice" with values, each ${describeSchema(schema)}`, found: 'a range' },
    ];
  }
  if (schema.type === 'integer' && kind === 'float') {
    return [
      {
        path: at,
        part: 'key',
        expected: `"int": ${describeSchema(schema)}`,
        found: 'a range of floats',
        suggestion: 'int',
      },
    ];
  }
  const { low, high, step, log } = range;
  if (!isNumber(low) || !isNumber(high)) {
    return [];
  }
  const findings: Finding[] = [
    ...checkValue(root, [...at, 'low'], parameter),
    ...checkValue(root, [...at, 'high'], parameter),
  ];
  const isReported = (name: string): boolean => findings.some((finding) => finding.path.at(-1) === name);
  const whole = kind === 'int' ? (['low', 'high', 'step'] as const) : [];
  for (const name of whole) {
    const value = range[name];
    if (isNumber(value) && !Number.isInteger(value) && !isReported(name)) {
      findings.push({ path: [...at, name], part: 'value', expected: 'a whole number in an "int" range' });
    }
  }
  if (low > high) {
    findings.push({ path: [...at, 'high'], part: 'value', expected: `a number >= low (${low})`, isEmptySpace: true });
  }
  if (log === true && low <= 0 && !isReported('low')) {
    findings.push({ path: [...at, 'low'], part: 'value', expected: 'a number > 0 in a logarithmic range' });
  }
  if (isGrid && log === true) {
    findings.push({
      path: [...at, 'log'],
      part: 'value',
      expected: 'no "log" in a grid: list the values with "choice", or set "sampler": "random"',
    });
  }
  if (isGrid && kind === 'float' && step === undefined) {
    findings.push({
      path: [...at, 'step'],
      part: 'value',
      expected: 'a step in a grid over floats; or "choice", or "sampler": "random"',
    });
  }
  return findings;
};

/** A key without its section, `learning_rate`, is near too. */
const nearestSweepableKey = (name: string): string | null => {
  const bareNames = SWEEPABLE_KEYS.map((known) => known.split('.')[1] ?? '');
  const bare = nearestName(name, bareNames);
  return (
    nearestName(name, SWEEPABLE_KEYS) ?? (bare === null ? null : (SWEEPABLE_KEYS[bareNames.indexOf(bare)] ?? null))
  );
};

const checkParameter = (root: unknown, path: JsonPath, isGrid: boolean): readonly Finding[] => {
  const name = String(path.at(-1));
  const [section = '', key = ''] = name.split('.');
  const schema = SWEEPABLE_KEYS.includes(name) ? schemaAt([section, key]) : undefined;
  if (schema === undefined) {
    return [
      {
        path,
        part: 'key',
        expected: 'a key of "model" or "training", such as "training.learning_rate"',
        found: 'an unknown key',
        suggestion: nearestSweepableKey(name),
      },
    ];
  }
  const parameter: Parameter = { path, section, key, schema, isGrid };
  const choice = valueAt(root, [...path, 'choice']);
  const ranges = (['int', 'float'] as const).flatMap((kind) => {
    const range = valueAt(root, [...path, kind]);
    return typeof range === 'object' && range !== null
      ? checkRange(root, parameter, kind, range as Readonly<Record<string, unknown>>)
      : [];
  });
  return [...(Array.isArray(choice) ? checkChoice(root, parameter, choice) : []), ...ranges];
};

const pointsOf = (parameter: unknown): number => {
  const choice = valueAt(parameter, ['choice']);
  if (Array.isArray(choice)) {
    return choice.length;
  }
  for (const kind of ['int', 'float']) {
    const [low, high, step = 1] = ['low', 'high', 'step'].map((name) => valueAt(parameter, [kind, name]));
    if (isNumber(low) && isNumber(high) && isNumber(step) && step > 0) {
      return Math.max(0, Math.floor((high - low) / step + 1e-9) + 1);
    }
  }
  return 1;
};

/** Findings beyond the schema's. */
export const checkSpace = (root: unknown): readonly Finding[] => {
  const sweep = valueAt(root, ['sweep']);
  const space = valueAt(sweep, ['space']);
  if (typeof space !== 'object' || space === null || Array.isArray(space)) {
    return [];
  }
  const isGrid = (valueAt(sweep, ['sampler']) ?? 'grid') === 'grid';
  const maxTrials = valueAt(sweep, ['max_trials']);
  const findings = Object.keys(space).flatMap((key) => checkParameter(root, ['sweep', 'space', key], isGrid));
  if (!isGrid && maxTrials === undefined) {
    findings.push({
      path: ['sweep', 'max_trials'],
      part: 'value',
      expected: 'a number of trials for the random sampler',
    });
  }
  const points = Object.values(space).reduce<number>((product, parameter) => product * pointsOf(parameter), 1);
  if (findings.length === 0 && isGrid && maxTrials === undefined && points > MAX_GRID_POINTS) {
    findings.push({
      path: ['sweep', 'space'],
      part: 'key',
      expected: `a grid of at most ${MAX_GRID_POINTS} points, or "max_trials"`,
      found: `${points} points`,
    });
  }
  return findings;
};
