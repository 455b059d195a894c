/** Constraints of a search space: text that can be read, keys that exist, values that can be compared. */
import { TtExpError } from '../../contracts/errors.ts';
import { checkTypes, type TypeOfKey, type ValueType } from '../../policy/space/expression/check-types.ts';
import { malformedExpression } from '../../policy/space/expression/expression.ts';
import { parseExpression } from '../../policy/space/expression/parse.ts';
import type { Finding } from '../config-source.ts';
import { valueAt } from '../json-path.ts';
import { SWEEPABLE_KEYS, schemaAt } from '../schema.ts';
import { suggestSweepableKey } from '../suggest-key.ts';

const TYPES: Readonly<Record<string, ValueType>> = {
  integer: 'number',
  number: 'number',
  string: 'text',
  boolean: 'boolean',
  array: 'list',
};

const UNKNOWN_KEY = 'a config key such as "training.batch_size", or a text in quotes';

const typeOfKey: TypeOfKey = (key, column) => {
  if (!SWEEPABLE_KEYS.includes(key)) {
    const nearest = suggestSweepableKey(key);
    throw malformedExpression(
      column,
      JSON.stringify(key),
      nearest === null ? UNKNOWN_KEY : `${UNKNOWN_KEY} (did you mean ${JSON.stringify(nearest)}?)`,
    );
  }
  const schema = schemaAt(key.split('.')) ?? {};
  // An enumeration without a type is one of names.
  return TYPES[[schema.type ?? 'string'].flat().find((type) => type !== 'null') ?? 'string'] ?? 'text';
};

const checkConstraint = (source: string, index: number): readonly Finding[] => {
  try {
    checkTypes(parseExpression(source), typeOfKey);
    return [];
  } catch (error) {
    if (!(error instanceof TtExpError) || error.code !== 'CONFIG_INVALID') {
      throw error;
    }
    const { column, found, expected } = error.details;
    return [
      {
        path: ['sweep', 'constraints', index],
        part: 'value',
        expected: String(expected),
        found: `${String(found)} at column ${String(column)} of ${JSON.stringify(source)}`,
      },
    ];
  }
};

export const checkConstraints = (root: unknown): readonly Finding[] => {
  const constraints = valueAt(root, ['sweep', 'constraints']);
  return (Array.isArray(constraints) ? constraints : []).flatMap((source: unknown, index) =>
    typeof source === 'string' && source !== '' ? checkConstraint(source, index) : [],
  );
};
