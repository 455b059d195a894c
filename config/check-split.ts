/** The three parts of a split must make a whole. */
import type { SplitConfig } from '../contracts/experiment-config.ts';
import type { Finding } from './config-source.ts';
import { valueAt } from './json-path.ts';
import { fillDefaults } from './resolve.ts';
import { schemaAt } from './schema.ts';

const SHARES = ['train', 'validation', 'test'] as const;

/** Sums of decimal fractions miss 1 by rounding. */
const TOLERANCE = 1e-9;

/** Includes defaults: the message for a file that sets only one share shows the values of the others. */
export const checkSplit = (root: unknown): readonly Finding[] => {
  const path = ['data', 'split'];
  const given = valueAt(root, path);
  if (given === undefined) {
    return [];
  }
  const split = fillDefaults(schemaAt(path) ?? {}, given) as Required<SplitConfig>;
  const shares = SHARES.map((name) => split[name]);
  if (shares.some((share) => typeof share !== 'number')) {
    return [];
  }
  const sum = shares.reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) <= TOLERANCE) {
    return [];
  }
  const parts = SHARES.map((name) => {
    const isDefault = valueAt(given, [name]) === undefined;
    return `${name} ${split[name]}${isDefault ? ' (default)' : ''}`;
  });
  return [
    {
      path,
      part: 'key',
      expected: 'shares that add up to 1',
      found: `${parts.join(' + ')} = ${Number(sum.toPrecision(12))}`,
    },
  ];
};
