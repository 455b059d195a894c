/** What the model takes and the data of the same config does not have. */

import { HISTORY_NEEDS_IDS } from '../contracts/history-needs-ids.ts';
import { isObject } from '../contracts/is-object.ts';
import type { Finding } from './config-source.ts';
import { type JsonPath, valueAt } from './json-path.ts';

const KEY = 'model.user_history';
const OWN: JsonPath = ['model', 'user_history'];

const hasItemIds = (root: unknown): boolean => {
  const features = valueAt(root, ['data', 'source', 'items', 'features']);
  return isObject(features) && Object.values(features).some((feature) => valueAt(feature, ['kind']) === 'id');
};

/** Places at which trials get a value of the key: the sweep's own one counts instead of the model's. */
const placesOf = (root: unknown): readonly JsonPath[] => {
  const choice = ['sweep', 'space', KEY, 'choice'];
  const fixed = ['sweep', 'fixed', KEY];
  const choices = valueAt(root, choice);
  const enqueued = valueAt(root, ['sweep', 'enqueue']);
  const isInEveryTrial =
    valueAt(root, fixed) !== undefined ||
    (Array.isArray(choices) && valueAt(root, ['sweep', 'space', KEY, 'when']) === undefined);
  return [
    ...(isInEveryTrial ? [] : [OWN]),
    fixed,
    ...(Array.isArray(choices) ? choices.map((_, index) => [...choice, index]) : []),
    ...(Array.isArray(enqueued) ? enqueued.map((_, index) => ['sweep', 'enqueue', index, KEY]) : []),
  ];
};

/**
 * For a config whose `data` and `model` fit the schema.
 * @param trains what is trained on that data; one model alone ignores the sweep
 */
export const checkHistory = (root: unknown, trains: 'sweep' | 'one_model'): readonly Finding[] =>
  hasItemIds(root)
    ? []
    : (trains === 'sweep' ? placesOf(root) : [OWN])
        .filter((path) => valueAt(root, path) === true)
        .map((path) => ({ path, part: 'value', ...HISTORY_NEEDS_IDS }));
