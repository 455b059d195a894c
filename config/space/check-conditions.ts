/** Conditions of parameters: keys that exist, values that can occur, no circle. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { SearchParameter } from '../../contracts/experiment-config.ts';
import { orderKeys } from '../../policy/space/conditions.ts';
import type { Finding } from '../config-source.ts';
import { type JsonPath, valueAt } from '../json-path.ts';
import { nearestName } from '../nearest.ts';
import { isObject } from '../schema.ts';
import { checkKey, checkValue } from './sweepable-keys.ts';

const SPACE = ['sweep', 'space'] as const;

/** Where the key is a parameter with choices, only these can occur. */
const checkOccurs = (root: unknown, path: JsonPath, key: string): readonly Finding[] => {
  const choice = valueAt(root, [...SPACE, key, 'choice']);
  const value = valueAt(root, path);
  if (!Array.isArray(choice) || choice.some((item) => canonicalJson(item) === canonicalJson(value))) {
    return [];
  }
  const words = choice.filter((item): item is string => typeof item === 'string');
  return [
    {
      path,
      part: 'value',
      expected: `one of the choices of ${key}: ${choice.map((item) => JSON.stringify(item)).join(', ')}`,
      suggestion: typeof value === 'string' ? nearestName(value, words) : null,
    },
  ];
};

const checkWhen = (root: unknown, path: JsonPath): readonly Finding[] => {
  const when = valueAt(root, path);
  return Object.entries(isObject(when) ? when : {}).flatMap(([key, values]) => {
    const at = [...path, key];
    const unknown = checkKey(at);
    if (unknown !== null) {
      return [unknown];
    }
    return (Array.isArray(values) ? values : []).flatMap((_, index) => {
      const invalid = checkValue(root, [...at, index], key);
      return invalid.length > 0 ? invalid : checkOccurs(root, [...at, index], key);
    });
  });
};

export const checkConditions = (root: unknown, space: Readonly<Record<string, unknown>>): readonly Finding[] => {
  const conditional = Object.entries(space).filter(([, parameter]) => isObject(valueAt(parameter, ['when'])));
  const findings = conditional.flatMap(([key]) => checkWhen(root, [...SPACE, key, 'when']));
  const { cyclic } = orderKeys(Object.fromEntries(conditional) as Record<string, SearchParameter>);
  const [first] = cyclic;
  return first === undefined
    ? findings
    : [
        ...findings,
        {
          path: [...SPACE, first, 'when'],
          part: 'key',
          expected: 'conditions that do not lead back to the parameter itself',
          found: `a circle through ${cyclic.join(', ')}`,
        },
      ];
};
