/** What a schema can't say about a sweep: keys that exist, values that fit their keys, conditions and constraints that mean something. */
import { isObject } from '../contracts/is-object.ts';
import type { Finding } from './config-source.ts';
import { valueAt } from './json-path.ts';
import { MOST_PROBLEMS } from './problem.ts';
import { checkConditions } from './space/check-conditions.ts';
import { checkConstraints } from './space/check-constraints.ts';
import { checkParameter } from './space/check-parameter.ts';
import { checkListed } from './space/sweepable-keys.ts';

const checkFixed = (root: unknown, space: Readonly<Record<string, unknown>>): readonly Finding[] => {
  const path = ['sweep', 'fixed'];
  const fixed = valueAt(root, path);
  const varied = Object.keys(isObject(fixed) ? fixed : {}).filter((key) => Object.hasOwn(space, key));
  return [
    ...checkListed(root, path),
    ...varied.map((key): Finding => {
      return {
        path: [...path, key],
        part: 'key',
        expected: 'a key that sweep.space does not vary',
        found: 'one of its keys',
      };
    }),
  ];
};

const checkEnqueue = (root: unknown): readonly Finding[] => {
  const enqueue = valueAt(root, ['sweep', 'enqueue']);
  return (Array.isArray(enqueue) ? enqueue : []).flatMap((_, index) => checkListed(root, ['sweep', 'enqueue', index]));
};

/** Findings beyond the schema's. */
export const checkSpace = (root: unknown): readonly Finding[] => {
  const sweep = valueAt(root, ['sweep']);
  const given = valueAt(sweep, ['space']);
  if (!isObject(given)) {
    return [];
  }
  // There are far fewer keys that can be varied.
  const space = Object.fromEntries(Object.entries(given).slice(0, MOST_PROBLEMS));
  const sampler = valueAt(sweep, ['sampler']) ?? 'grid';
  const isGrid = sampler === 'grid';
  const isUnlimited = !isGrid && valueAt(sweep, ['max_trials']) === undefined;
  return [
    ...Object.keys(space).flatMap((key) => checkParameter(root, ['sweep', 'space', key], isGrid)),
    ...checkConditions(root, space),
    ...checkConstraints(root),
    ...checkFixed(root, space),
    ...checkEnqueue(root),
    ...(isUnlimited
      ? [
          {
            path: ['sweep', 'max_trials'],
            part: 'value' as const,
            expected: `a number of trials for the ${sampler} sampler`,
          },
        ]
      : []),
  ];
};
