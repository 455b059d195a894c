/** Fills in every default. The schema's `default`s are the only place where they stand. */
import type { ExperimentConfig } from '../contracts/experiment-config.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import { branchOf, dereference, experimentSchema, isObject, type SchemaNode } from './schema.ts';

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

/** A config that fits the schema, with every default filled in. Idempotent. */
export const resolveConfig = (config: ExperimentConfig): ResolvedConfig => {
  const { $schema: _, ...filled } = fillDefaults(experimentSchema, config) as ExperimentConfig;
  const sweep = filled.sweep === undefined ? null : { ...filled.sweep, max_trials: filled.sweep.max_trials ?? null };
  return { ...filled, sweep } as ResolvedConfig;
};
