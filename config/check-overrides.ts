/** Settings from the command line that no trial would have: the sweep gives every trial a value of its own. */
import { isObject } from '../contracts/is-object.ts';
import type { Finding } from './config-source.ts';
import { formatJsonPath, type JsonPath, startsWith, valueAt } from './json-path.ts';
import { formatOverride, type Override } from './overrides.ts';

const objectAt = (root: unknown, path: JsonPath): Readonly<Record<string, unknown>> => {
  const value = valueAt(root, path);
  return isObject(value) ? value : {};
};

/** Not where a condition leaves the parameter out of some trials, nor where an enqueued trial leaves it to the config. */
const isInEveryTrial = (root: unknown, key: string): boolean => {
  const enqueue = valueAt(root, ['sweep', 'enqueue']);
  const isListed = (trial: unknown): boolean => isObject(trial) && Object.hasOwn(trial, key);
  return (
    valueAt(root, ['sweep', 'space', key, 'when']) === undefined && (!Array.isArray(enqueue) || enqueue.every(isListed))
  );
};

/** The place that an override writes at or below a key; null where it leaves the key alone. */
const placeWritten = ({ path, value }: Override, key: JsonPath): JsonPath | null => {
  if (startsWith(path, key)) {
    return path;
  }
  return startsWith(key, path) && valueAt(value, key.slice(path.length)) !== undefined ? key : null;
};

/** @param root the config with its overrides */
export const checkOverrides = (root: unknown, overrides: readonly Override[]): readonly Finding[] => {
  if (overrides.length === 0) {
    return [];
  }
  const findings = (block: 'space' | 'fixed', key: string, change: unknown): readonly Finding[] => {
    const keyPath = key.split('.');
    const path = overrides.map((override) => placeWritten(override, keyPath)).findLast((place) => place !== null);
    if (path === undefined || path === null) {
      return [];
    }
    const place = ['sweep', block, key];
    const example = `--set '${formatOverride(place, change)}'`;
    return [
      {
        path,
        part: 'value',
        expected: `no value here, since every trial takes its own from ${formatJsonPath(place)}`,
        hint:
          block === 'fixed'
            ? `Change it there: ${example}.`
            : `Change the sweep, for example ${example}, or move ${key} from sweep.space to sweep.fixed.`,
      },
    ];
  };
  const ownValue = (key: string): unknown => valueAt(root, key.split('.'));
  return [
    ...Object.keys(objectAt(root, ['sweep', 'fixed'])).flatMap((key) => findings('fixed', key, ownValue(key))),
    ...Object.keys(objectAt(root, ['sweep', 'space']))
      .filter((key) => isInEveryTrial(root, key))
      .flatMap((key) => findings('space', key, { choice: [ownValue(key)] })),
  ];
};
