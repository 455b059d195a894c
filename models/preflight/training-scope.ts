/** Training must lie before what it is judged by, and what it knows must come from training alone. */
import type { IdRows, LoadedDataset, SplitName } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import type { VersionScope } from '../../contracts/preflight.ts';
import type { Tripwire } from './tripwire.ts';

const ORDER = [
  ['train', 'validation'],
  ['train', 'test'],
  ['validation', 'test'],
] as const satisfies readonly (readonly [SplitName, SplitName])[];

const isoTime = (ms: number): string => new Date(ms).toISOString();

const lateParts = ({ spans }: VersionScope): readonly string[] =>
  ORDER.flatMap(([earlier, later]) => {
    const lastMs = spans[earlier]?.lastMs;
    const firstMs = spans[later]?.firstMs;
    return lastMs !== undefined && firstMs !== undefined && lastMs >= firstMs
      ? [`a ${earlier} event of ${isoTime(lastMs)} where ${later} begins at ${isoTime(firstMs)}`]
      : [];
  });

/** Only a temporal split has one time at which the future begins; the others are held to their pairs. */
export const futureEvent: Tripwire = {
  name: 'future-event',
  check: ({ scope }) => {
    const late = scope.splitMethod === 'temporal' ? lateParts(scope) : [];
    return {
      isPassed: late.length === 0,
      got:
        late.length > 0
          ? late.join('; ')
          : scope.splitMethod === 'temporal'
            ? 'parts that follow one another'
            : `split ${scope.splitMethod}: no time that divides all events`,
      expected: 'every event of a part before the first event of the next part',
      hint: 'Build the dataset version again; if the error comes back, check the times of these interactions in the source.',
    };
  },
};

/** Ids with a row of the embedding table that no training pair has. */
const foreignIds = (rows: IdRows | null, seen: Int32Array, ids: readonly string[]): readonly string[] => {
  if (rows === null) {
    return [];
  }
  const known = new Set(seen);
  return ids.filter((_, index) => elementAt(rows.rows, index) > 0 && !known.has(index));
};

const foreignParts = (dataset: LoadedDataset, scope: VersionScope): readonly string[] => {
  const { ids, pairs, userIds, itemIds } = dataset;
  const users = foreignIds(ids.user, pairs.train.userIndex, userIds);
  const items = foreignIds(ids.item, pairs.train.itemIndex, itemIds);
  return [
    ...(users.length === 0 ? [] : [`${users.length} user ids such as ${users[0]} that training never met`]),
    ...(items.length === 0 ? [] : [`${items.length} item ids such as ${items[0]} that training never met`]),
    ...(scope.encoderDifferences.length === 0
      ? []
      : [`other vocabularies or scales of ${scope.encoderDifferences.join(', ')}`]),
  ];
};

export const encoderFit: Tripwire = {
  name: 'encoder-fit',
  check: ({ dataset, scope }) => {
    const foreign = foreignParts(dataset, scope);
    return {
      isPassed: foreign.length === 0,
      got: foreign.length === 0 ? 'the encoder of the training rows' : `an encoder with ${foreign.join('; ')}`,
      expected: 'an encoder fitted to the users and items of training events alone',
      hint: 'Remove this dataset version with `tt-exp data gc` or by hand, and build it again with this tt-exp.',
    };
  },
};
