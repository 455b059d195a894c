/** Whether conditions can hold: on values that the keys they name can have, each by itself and all together. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { SearchParameter } from '../../contracts/experiment-config.ts';
import { canTake, createDomain, type Domain } from '../../policy/space/domain.ts';
import type { Finding } from '../config-source.ts';
import { type JsonPath, valueAt } from '../json-path.ts';
import { nearestName } from '../nearest.ts';
import { fillDefaults } from '../resolve.ts';
import { experimentSchema, isObject } from '../schema.ts';

type Values = readonly unknown[];

export interface Occurrences {
  /** Of one key of a `when`: `path` leads to its `values`, each of which fits the key. */
  alone(path: JsonPath, key: string, values: Values): readonly Finding[];
  /** Of all conditions of a parameter, together with those of the parameters that they name. `path` leads to its `when`. */
  together(path: JsonPath, parameter: string): readonly Finding[];
}

const parameterPath = (key: string): JsonPath => ['sweep', 'space', key];

const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

const listValues = (values: Values): string => values.map((value) => JSON.stringify(value)).join(', ');

/** A given null counts. */
const firstGiven = (...values: Values): unknown => values.find((value) => value !== undefined);

/** null for a parameter that has mistakes of its own. */
const domainOf = (parameter: unknown): Domain | null => {
  const range = valueAt(parameter, ['int']) ?? valueAt(parameter, ['float']);
  const [low, high, step] = ['low', 'high', 'step'].map((name) => valueAt(range, [name]) ?? 1);
  const isRange = typeof low === 'number' && typeof high === 'number' && low <= high && Number(step) > 0;
  return isRange || Array.isArray(valueAt(parameter, ['choice'])) ? createDomain(parameter as SearchParameter) : null;
};

const describeDomain = (key: string, domain: Domain): string => {
  if (domain.kind === 'categorical') {
    return `one of the choices of ${key}: ${listValues(domain.values)}`;
  }
  const { low, high, step } = domain;
  return step === null
    ? `a key with listed values: no draw from a continuous range equals a given number; give ${key} a "step" or "choice"`
    : `one of the values of ${key}: ${low} to ${high} in steps of ${step}`;
};

const conditionsIn = (root: unknown, parameter: string): readonly (readonly [string, Values])[] => {
  const when = valueAt(root, [...parameterPath(parameter), 'when']);
  return Object.entries(isObject(when) ? when : {}).flatMap(([key, values]) =>
    Array.isArray(values) ? [[key, values] as const] : [],
  );
};

/** What a trial with this parameter must have at each key, however the conditions lead there. */
const demandsOf = (root: unknown, parameter: string): ReadonlyMap<string, readonly Values[]> => {
  const demands = new Map<string, Values[]>();
  const parameters = new Set([parameter]);
  // A set shows what is added to it while it is walked.
  for (const one of parameters) {
    for (const [key, values] of conditionsIn(root, one)) {
      demands.set(key, [...(demands.get(key) ?? []), values]);
      parameters.add(key);
    }
  }
  return demands;
};

/** @param root a config that may have other mistakes */
export const occurrencesIn = (root: unknown): Occurrences => {
  const whole = fillDefaults(experimentSchema, root);
  const enqueue = valueAt(root, ['sweep', 'enqueue']);
  const enqueued: Values = Array.isArray(enqueue) ? enqueue : [];
  const ownValue = (key: string): unknown =>
    firstGiven(valueAt(root, ['sweep', 'fixed', key]), valueAt(whole, key.split('.')));
  /** An enqueued trial may lie outside the space, and has the config's own value where it names none. */
  const isEnqueued = (key: string, value: unknown): boolean =>
    enqueued.some((trial) => isSame(firstGiven(valueAt(trial, [key]), ownValue(key)), value));

  return {
    alone: (path, key, values) => {
      const parameter = valueAt(root, parameterPath(key));
      if (parameter === undefined) {
        const own = ownValue(key);
        const expected = `${JSON.stringify(own)} among them, the value of ${key} in every trial`;
        const isPossible = values.some((value) => isSame(own, value) || isEnqueued(key, value));
        return isPossible ? [] : [{ path, part: 'value', expected }];
      }
      const domain = domainOf(parameter);
      const words =
        domain?.kind === 'categorical' ? domain.values.filter((item): item is string => typeof item === 'string') : [];
      return values.flatMap((value, index): readonly Finding[] =>
        domain === null || canTake(domain, value) || isEnqueued(key, value)
          ? []
          : [
              {
                path: [...path, index],
                part: 'value',
                expected: describeDomain(key, domain),
                suggestion: typeof value === 'string' ? nearestName(value, words) : null,
              },
            ],
      );
    },

    together: (path, parameter) => {
      for (const [key, [first = [], ...others]] of demandsOf(root, parameter)) {
        if (!first.some((value) => others.every((values) => values.some((other) => isSame(value, other))))) {
          const asked = [first, ...others].map((values) => `[${listValues(values)}]`).join(' and ');
          return [
            {
              path,
              part: 'key',
              expected: 'conditions that can all hold, those of the parameters that they name included',
              found: `${key} in ${asked}`,
            },
          ];
        }
      }
      return [];
    },
  };
};
