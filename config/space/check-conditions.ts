/** Conditions of parameters: keys that exist, values that can occur, no circle. */
import type { SearchParameter } from '../../contracts/experiment-config.ts';
import { isObject } from '../../contracts/is-object.ts';
import { orderKeys } from '../../policy/space/conditions.ts';
import type { Finding } from '../config-source.ts';
import { valueAt } from '../json-path.ts';
import { SWEEPABLE_KEYS } from '../schema.ts';
import { type Occurrences, occurrencesIn } from './check-occurs.ts';
import { checkKey, checkValue } from './sweepable-keys.ts';

const SPACE = ['sweep', 'space'] as const;

const checkWhen = (root: unknown, occurrences: Occurrences, parameter: string): readonly Finding[] => {
  const path = [...SPACE, parameter, 'when'];
  const when = valueAt(root, path);
  const findings = Object.entries(isObject(when) ? when : {}).flatMap(([key, given]) => {
    const at = [...path, key];
    const unknown = checkKey(at);
    if (unknown !== null) {
      return [unknown];
    }
    const values: readonly unknown[] = Array.isArray(given) ? given : [];
    const invalid = values.flatMap((_, index) => checkValue(root, [...at, index], key));
    return invalid.length > 0 || values.length === 0 ? invalid : occurrences.alone(at, key, values);
  });
  return findings.length > 0 ? findings : occurrences.together(path, parameter);
};

export const checkConditions = (root: unknown, space: Readonly<Record<string, unknown>>): readonly Finding[] => {
  const conditional = Object.entries(space).filter(([, parameter]) => isObject(valueAt(parameter, ['when'])));
  const occurrences = occurrencesIn(root);
  const findings = conditional.flatMap(([key]) => checkWhen(root, occurrences, key));
  const known = conditional.filter(([key]) => SWEEPABLE_KEYS.includes(key));
  const { cyclic } = orderKeys(Object.fromEntries(known) as Record<string, SearchParameter>);
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
