/** Fills in every default. The schema's `default`s are the only place where they stand. */
import type { ExperimentConfig, SweepConfig } from '../contracts/experiment-config.ts';
import { isObject } from '../contracts/is-object.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import { keysOf } from '../policy/space/expression/expression.ts';
import { parseExpression } from '../policy/space/expression/parse.ts';
import { valueAt } from './json-path.ts';
import { branchOf, dereference, experimentSchema, type SchemaNode } from './schema.ts';

/** A value of the wrong kind stays as it is; keys come in the schema's order, unknown ones last. */
export const fillDefaults = (raw: SchemaNode, given: unknown): unknown => {
  const whole = dereference(raw);
  const value = given === undefined ? whole.default : given;
  if (!isObject(value)) {
    return value;
  }
  const node = branchOf(whole, value);
  const own = (key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  const properties = Object.entries(node.properties ?? {});
  const known = properties.map(([key, child]) => [key, fillDefaults(child, own(key))] as const);
  const others = Object.entries(value)
    .filter(([key]) => !Object.hasOwn(node.properties ?? {}, key))
    .map(([key, item]) => {
      const child = node.additionalProperties;
      return [key, typeof child === 'object' ? fillDefaults(child, item) : item] as const;
    });
  return Object.fromEntries([...known, ...others].filter(([, item]) => item !== undefined));
};

/** What trials have at the keys that the sweep mentions, where their parameters say nothing. */
const baseOf = (config: object, { space, constraints = [], fixed = {} }: SweepConfig): Record<string, unknown> => {
  const mentioned = [
    ...Object.entries(space).flatMap(([key, { when = {} }]) => [key, ...Object.keys(when)]),
    ...constraints.flatMap((source) => keysOf(parseExpression(source))),
  ];
  const valueOfKey = (key: string): unknown =>
    Object.hasOwn(fixed, key) ? fixed[key] : valueAt(config, key.split('.'));
  return Object.fromEntries([...new Set(mentioned)].map((key) => [key, valueOfKey(key)]));
};

/** A config that fits the schema, with every default filled in. Idempotent. */
export const resolveConfig = (config: ExperimentConfig): ResolvedConfig => {
  const { $schema: _, ...filled } = fillDefaults(experimentSchema, config) as ExperimentConfig;
  const { sweep } = filled;
  const resolved =
    sweep === undefined ? null : { ...sweep, max_trials: sweep.max_trials ?? null, base: baseOf(filled, sweep) };
  return { ...filled, sweep: resolved, notify: filled.notify ?? null } as ResolvedConfig;
};
