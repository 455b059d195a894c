/** Keys that a sweep may name, and values that they may have. */
import { isObject } from '../../contracts/is-object.ts';
import { findingsOf } from '../check-schema.ts';
import type { Finding } from '../config-source.ts';
import { type JsonPath, valueAt } from '../json-path.ts';
import { parameterValidator, SWEEPABLE_KEYS } from '../schema.ts';
import { suggestSweepableKey } from '../suggest-key.ts';

/** What is wrong with the key at the end of a path: null where nothing is. */
export const checkKey = (path: JsonPath): Finding | null => {
  const name = String(path.at(-1));
  return SWEEPABLE_KEYS.includes(name)
    ? null
    : {
        path,
        part: 'key',
        expected: 'a key of "model" or "training", such as "training.learning_rate"',
        found: 'an unknown key',
        suggest: () => suggestSweepableKey(name),
      };
};

/** Whether the value at `path` is one that `key` may have. */
export const checkValue = (root: unknown, path: JsonPath, key: string): readonly Finding[] => {
  const validate = parameterValidator(key);
  return validate === null || validate(valueAt(root, path)) ? [] : findingsOf(validate.errors ?? [], root, path);
};

/** An object of dotted keys to values: `sweep.fixed`, or one of `sweep.enqueue`. */
export const checkListed = (root: unknown, path: JsonPath): readonly Finding[] => {
  const listed = valueAt(root, path);
  return Object.keys(isObject(listed) ? listed : {}).flatMap((key) => {
    const place = [...path, key];
    const unknown = checkKey(place);
    return unknown === null ? checkValue(root, place, key) : [unknown];
  });
};
