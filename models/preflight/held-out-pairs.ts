/**
 * No pair in two parts, and no training sample of a held-out pair. The split stage checks its own tables; this looks at
 * the arrays that the trainer reads, after encoding, a way through the artifact store, and loading.
 */
import type { LoadedDataset, PairArrays, SplitName } from '../../contracts/dataset.ts';
import { missing } from '../../contracts/element-at.ts';
import type { Tripwire } from './tripwire.ts';

interface Overlap {
  readonly what: string;
  readonly count: number;
  readonly example: string;
}

/** user × items + item of each pair, ascending. */
const keysOf = ({ userIndex, itemIndex }: PairArrays, items: number): Float64Array =>
  Float64Array.from(userIndex, (user, row) => user * items + (itemIndex[row] ?? missing(itemIndex, row))).sort();

/** The keys that both have. */
const common = (left: Float64Array, right: Float64Array): number[] => {
  const found: number[] = [];
  let at = 0;
  for (const key of left) {
    while (at < right.length && (right[at] ?? missing(right, at)) < key) {
      at += 1;
    }
    if (right[at] === key) {
      found.push(key);
    }
  }
  return found;
};

const PARTS = [
  ['train', 'validation'],
  ['train', 'test'],
  ['validation', 'test'],
] as const satisfies readonly (readonly [SplitName, SplitName])[];

const overlapsOf = (dataset: LoadedDataset): readonly Overlap[] => {
  const { userIds, itemIds, pairs, samples } = dataset;
  const items = itemIds.length;
  const keys = {
    train: keysOf(pairs.train, items),
    validation: keysOf(pairs.validation, items),
    test: keysOf(pairs.test, items),
  };
  // A negative sample may be met later: refusing it would tell the model what the later part holds.
  const { userIndex, itemIndex, label } = samples.train;
  const positive = Float64Array.from(label, (value, row) =>
    value > 0 ? (userIndex[row] ?? missing(userIndex, row)) * items + (itemIndex[row] ?? missing(itemIndex, row)) : -1,
  ).sort();
  const found = (what: string, shared: readonly number[]): readonly Overlap[] => {
    const [first] = shared;
    return first === undefined
      ? []
      : [
          {
            what,
            count: shared.length,
            example: `user ${userIds[Math.floor(first / items)]} and item ${itemIds[first % items]}`,
          },
        ];
  };
  return [
    ...PARTS.flatMap(([earlier, later]) =>
      found(`pairs of both ${earlier} and ${later}`, common(keys[earlier], keys[later])),
    ),
    ...(['validation', 'test'] as const).flatMap((part) =>
      found(`training samples of ${part} pairs`, common(positive, keys[part])),
    ),
  ];
};

export const heldOutPairs: Tripwire = {
  name: 'held-out-pairs',
  check: ({ dataset }) => {
    const overlaps = overlapsOf(dataset);
    return {
      isPassed: overlaps.length === 0,
      got:
        overlaps.length === 0
          ? 'no pair in two parts'
          : overlaps.map(({ what, count, example }) => `${count} ${what} (such as ${example})`).join('; '),
      expected: 'no pair in two parts',
      hint: 'Look for ids of users or items that stand for the same one, then build the dataset version again.',
    };
  },
};
