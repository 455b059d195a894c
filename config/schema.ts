/** The one JSON Schema of experiments: read once, walked for defaults and descriptions, compiled for validation. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { isObject } from '../contracts/is-object.ts';

/** The part of JSON Schema that experiment.schema.json uses. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly pattern?: string;
  readonly not?: { readonly const: unknown };
  /** Which of `oneOf` counts, told by the value of one key. */
  readonly discriminator?: { readonly propertyName: string };
  readonly oneOf?: readonly SchemaNode[];
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

const SCHEMA_ID = 'urn:tt-exp:experiment';

export const experimentSchema = JSON.parse(
  readFileSync(new URL('./experiment.schema.json', import.meta.url), 'utf8'),
) as SchemaNode;

/** Follows a `$ref`; what stands beside it counts more. */
export const dereference = (node: SchemaNode): SchemaNode => {
  const { $ref, ...beside } = node;
  return $ref === undefined ? node : { ...experimentSchema.$defs?.[$ref.replace('#/$defs/', '')], ...beside };
};

/** The key that tells which of several schemas holds, and the values that it may have; null for any other node. */
export const kindsOf = (node: SchemaNode): { readonly key: string; readonly kinds: readonly string[] } | null => {
  const key = node.discriminator?.propertyName;
  return key === undefined
    ? null
    : { key, kinds: (node.oneOf ?? []).map((branch) => String(dereference(branch).properties?.[key]?.const)) };
};

/** The schema that holds for `value`: one of `oneOf`, by its kind or the default kind; any other node itself. */
export const branchOf = (node: SchemaNode, value: unknown): SchemaNode => {
  const kinds = kindsOf(node);
  if (kinds === null || !isObject(value)) {
    return node;
  }
  const fallback = isObject(node.default) ? node.default[kinds.key] : undefined;
  const index = kinds.kinds.indexOf(String(value[kinds.key] ?? fallback));
  const branch = node.oneOf?.[index];
  return branch === undefined ? node : dereference(branch);
};

/** The schema of one place, for example `['training', 'learning_rate']`. */
export const schemaAt = (path: readonly string[]): SchemaNode | undefined =>
  path.reduce<SchemaNode | undefined>((node, key) => {
    const next = node?.properties?.[key];
    return next === undefined ? undefined : dereference(next);
  }, experimentSchema);

const createAjv = (allErrors: boolean): Ajv2020 =>
  new Ajv2020({ allErrors, verbose: true, strict: true, allowUnionTypes: true, discriminator: true }).addSchema(
    experimentSchema,
  );

const ajv = createAjv(true);

/** Finds every mistake. Its time grows with the square of their number: see `validateLarge`. */
export const validateExperiment = ajv.compile({ $ref: SCHEMA_ID });

let firstMistake: ValidateFunction | null = null;

/** Finds the first mistake alone, for a config of any size. */
export const validateLarge = (root: unknown): ValidateFunction['errors'] => {
  firstMistake ??= createAjv(false).compile({ $ref: SCHEMA_ID });
  return firstMistake(root) ? null : firstMistake.errors;
};

const validators = new Map<string, ValidateFunction>();

/** Where the schema of a place stands, as ajv refers to it. */
const pointerOf = (path: readonly string[]): string => {
  let node: SchemaNode | undefined = experimentSchema;
  let pointer = `${SCHEMA_ID}#`;
  for (const key of path) {
    const next: SchemaNode | undefined = node?.properties?.[key];
    pointer = next?.$ref === undefined ? `${pointer}/properties/${key}` : `${SCHEMA_ID}${next.$ref}`;
    node = next === undefined ? undefined : dereference(next);
  }
  return pointer;
};

/** Validator of one hyperparameter, such as `training.learning_rate`; null for a key that the schema does not have. */
export const parameterValidator = (key: string): ValidateFunction | null => {
  const path = key.split('.');
  if (schemaAt(path) === undefined) {
    return null;
  }
  const pointer = pointerOf(path);
  const validate = validators.get(pointer) ?? ajv.compile({ $ref: pointer });
  validators.set(pointer, validate);
  return validate;
};

/** Dotted keys of everything below a place that has no keys of its own. */
const leavesOf = (path: readonly string[]): readonly string[] => {
  const keys = Object.keys(schemaAt(path)?.properties ?? {});
  return keys.length === 0 ? [path.join('.')] : keys.flatMap((key) => leavesOf([...path, key]));
};

/** Checks before a training, the same for all trials: no hyperparameter. */
const PREFLIGHT_KEY = 'training.preflight';

/** What a search space may vary. */
export const SWEEPABLE_KEYS: readonly string[] = ['model', 'training']
  .flatMap((section) => leavesOf([section]))
  .filter((key) => key !== PREFLIGHT_KEY);
