/** What two versions were made with, told apart by dotted path. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { VersionDiff } from '../../contracts/dataset-versions.ts';
import { isObject } from '../../contracts/is-object.ts';
import type { VersionManifest } from '../manifest.ts';

/** Lists of named things are told apart by name, not by place. */
const byName = (value: unknown): unknown =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isObject(item) && typeof item.name === 'string')
    ? Object.fromEntries((value as { name: string }[]).map(({ name, ...rest }) => [name, rest]))
    : value;

const flatten = (value: unknown, path: string, leaves: Map<string, unknown>): Map<string, unknown> => {
  const named = byName(value);
  if (isObject(named) && Object.keys(named).length > 0) {
    for (const [key, item] of Object.entries(named)) {
      flatten(item, path === '' ? key : `${path}.${key}`, leaves);
    }
  } else {
    leaves.set(path, value);
  }
  return leaves;
};

const settingsOf = ({ settings, text_encoder, text_dim }: VersionManifest): Map<string, unknown> =>
  flatten({ ...settings, text_encoder, text_dim }, '', new Map());

export const diffSettings = (a: VersionManifest, b: VersionManifest): VersionDiff['settings'] => {
  const [left, right] = [settingsOf(a), settingsOf(b)];
  return [...new Set([...left.keys(), ...right.keys()])].sort().flatMap((path) => {
    const [hasLeft, hasRight] = [left.has(path), right.has(path)];
    const isEqual = hasLeft && hasRight && canonicalJson(left.get(path)) === canonicalJson(right.get(path));
    return isEqual
      ? []
      : [{ path, ...(hasLeft ? { a: left.get(path) } : {}), ...(hasRight ? { b: right.get(path) } : {}) }];
  });
};
