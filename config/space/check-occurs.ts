/** Whether conditions can hold: on values that the keys they name can have, each by itself and all together. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { SearchParameter } from '../../contracts/experiment-config.ts';
import { isObject } from '../../contracts/is-object.ts';
import { canTake, createDomain, type Domain } from '../../policy/space/domain.ts';
import type { Finding } from '../config-source.ts';
import { type JsonPath, valueAt } from '../json-path.ts';
import { nearestName } from '../nearest.ts';
import { fillDefaults } from '../resolve.ts';
import { experimentSchema } from '../schema.ts';

type Values = readonly unknown[];

export interface Occurrences {
  /** Of one key of a `when`: `path` leads to its `values`, each of which fits the key. */
  alone(path: JsonPath, key: string, values: Values): readonly Finding[];
  /** Of all conditions of a parameter, together with those of the parameters that they name. `path` leads to its `when`. */
  together(path: JsonPath, parameter: string): readonly Finding[];
}

const parameterPath = (key: string): JsonPath => ['sweep', 'space', key];

/** Canonical JSON of each: what values are compared by. */
const textsOf = (values: Values): ReadonlySet<string> => new Set(values.map(canonicalJson));

const MOST_LISTED = 20;

const listTexts = (texts: readonly string[]): string =>
  [...texts.slice(0, MOST_LISTED), ...(texts.length > MOST_LISTED ? ['…'] : [])].join(', ');

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
    return `one of the choices of ${key}: ${listTexts(domain.values.map(canonicalJson))}`;
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
const demandsOf = (root: unknown, parameter: string): ReadonlyMap<string, readonly ReadonlySet<string>[]> => {
  const demands = new Map<string, ReadonlySet<string>[]>();
  const parameters = new Set([parameter]);
  // A set shows what is added to it while it is walked.
  for (const one of parameters) {
    for (const [key, values] of conditionsIn(root, one)) {
      demands.set(key, [...(demands.get(key) ?? []), textsOf(values)]);
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
    firstGiven(valueAt(root, ['sweep', 'fixed', key]), valueAt(whole, key.split('.')), null);
  /** Enqueued trials may lie outside the space, and have the config's own value where they name none. */
  const enqueuedTexts = (key: string): ReadonlySet<string> =>
    textsOf(enqueued.map((trial) => firstGiven(valueAt(trial, [key]), ownValue(key))));

  return {
    alone: (path, key, values) => {
      const listed = enqueuedTexts(key);
      const parameter = valueAt(root, parameterPath(key));
      if (parameter === undefined) {
        const own = canonicalJson(ownValue(key));
        const isPossible = values.map(canonicalJson).some((text) => text === own || listed.has(text));
        const expected = `${own} among them, the value of ${key} in every trial`;
        return isPossible ? [] : [{ path, part: 'value', expected }];
      }
      const domain = domainOf(parameter);
      if (domain === null) {
        return [];
      }
      const isTaken = canTake(domain);
      const expected = describeDomain(key, domain);
      const words =
        domain.kind === 'categorical' ? domain.values.filter((item): item is string => typeof item === 'string') : [];
      return values.flatMap((value, index): readonly Finding[] => {
        const suggest = (): string | null => (typeof value === 'string' ? nearestName(value, words) : null);
        return isTaken(value) || listed.has(canonicalJson(value))
          ? []
          : [{ path: [...path, index], part: 'value', expected, suggest }];
      });
    },

    together: (path, parameter) => {
      for (const [key, [first = new Set<string>(), ...others]] of demandsOf(root, parameter)) {
        if (![...first].some((text) => others.every((texts) => texts.has(text)))) {
          const asked = [first, ...others].map((texts) => `[${listTexts([...texts])}]`).join(' and ');
          return [
            {
              path,
              part: 'key',
              expected: 'conditions that can all hold, including those of the parameters that they name',
              found: `${key} in ${asked}`,
            },
          ];
        }
      }
      return [];
    },
  };
};
