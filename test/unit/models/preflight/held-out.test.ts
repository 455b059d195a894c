import { describe, expect, it } from 'vitest';
import type { LoadedDataset, PairArrays } from '../../../../contracts/dataset.ts';
import type { VersionScope } from '../../../../contracts/preflight.ts';
import { heldOutPairs } from '../../../../models/preflight/held-out-pairs.ts';
import { encoderFit, futureEvent } from '../../../../models/preflight/training-scope.ts';
import { healthyScope, preflightInput, toyOf } from '../../../support/preflight-input.ts';

const toy = toyOf();

const withPair = ({ userIndex, itemIndex, gain }: PairArrays, from: PairArrays, row: number): PairArrays => ({
  userIndex: Int32Array.from([...userIndex, from.userIndex[row] ?? 0]),
  itemIndex: Int32Array.from([...itemIndex, from.itemIndex[row] ?? 0]),
  gain: Float32Array.from([...gain, 1]),
});

describe('models/preflight/held-out-pairs', () => {
  it('models/preflight/held-out-pairs: passes where every pair has one part', async () => {
    expect(await heldOutPairs.check(preflightInput(toy))).toMatchObject({ isPassed: true });
  });

  it.each([
    ['validation', 'train'],
    ['test', 'train'],
    ['test', 'validation'],
  ] as const)('models/preflight/held-out-pairs: fires for a %s pair that is in %s too', async (later, earlier) => {
    const pairs = { ...toy.pairs, [earlier]: withPair(toy.pairs[earlier], toy.pairs[later], 4) };
    const verdict = await heldOutPairs.check(preflightInput({ ...toy, pairs }));
    const user = toy.userIds[toy.pairs[later].userIndex[4] ?? 0];
    const item = toy.itemIds[toy.pairs[later].itemIndex[4] ?? 0];
    expect(verdict).toMatchObject({
      isPassed: false,
      got: `1 pairs of both ${earlier} and ${later} (such as user ${user} and item ${item})`,
    });
  });

  const withSample = (label: number): LoadedDataset => {
    const { train } = toy.samples;
    const { userIndex, itemIndex } = toy.pairs.test;
    return {
      ...toy,
      samples: {
        ...toy.samples,
        train: {
          userIndex: Int32Array.from([...train.userIndex, userIndex[0] ?? 0]),
          itemIndex: Int32Array.from([...train.itemIndex, itemIndex[0] ?? 0]),
          label: Float32Array.from([...train.label, label]),
          weight: Float32Array.from([...train.weight, 1]),
        },
      },
    };
  };

  it('models/preflight/held-out-pairs: fires for a training sample of a test pair, not for a negative one', async () => {
    expect(await heldOutPairs.check(preflightInput(withSample(0.6)))).toMatchObject({
      isPassed: false,
      got: expect.stringContaining('1 training samples of test pairs'),
    });
    expect(await heldOutPairs.check(preflightInput(withSample(0)))).toMatchObject({ isPassed: true });
  });
});

describe('models/preflight/training-scope', () => {
  const temporal = (trainLastMs: number): VersionScope => ({
    ...healthyScope,
    splitMethod: 'temporal',
    spans: {
      train: { firstMs: 0, lastMs: trainLastMs },
      validation: { firstMs: 101, lastMs: 150 },
      test: { firstMs: 151, lastMs: 200 },
    },
  });

  it('models/preflight/training-scope: a temporal split fires once a training event is as late as validation begins', async () => {
    expect(await futureEvent.check(preflightInput(toy, { scope: temporal(100) }))).toMatchObject({ isPassed: true });
    expect(await futureEvent.check(preflightInput(toy, { scope: temporal(101) }))).toMatchObject({
      isPassed: false,
      got: 'a train event of 1970-01-01T00:00:00.101Z where validation begins at 1970-01-01T00:00:00.101Z',
    });
  });

  it('models/preflight/training-scope: parts of another split may lie across one another in time', async () => {
    expect(await futureEvent.check(preflightInput(toy))).toMatchObject({ isPassed: true });
  });

  const withItemIds = (rowOf: (item: number, isSeen: boolean) => number): LoadedDataset => {
    const seen = new Set(toy.pairs.train.itemIndex);
    const rows = Int32Array.from(toy.itemIds, (_, item) => rowOf(item, seen.has(item)));
    return { ...toy, ids: { user: null, item: { size: toy.itemIds.length + 1, rows } } };
  };

  it('models/preflight/training-scope: fires for an id embedding of an item that training never met', async () => {
    const foreign = 7;
    const without = ({ userIndex, itemIndex, gain }: PairArrays): PairArrays => {
      const rows = [...itemIndex.keys()].filter((row) => itemIndex[row] !== foreign);
      return {
        userIndex: Int32Array.from(rows, (row) => userIndex[row] ?? 0),
        itemIndex: Int32Array.from(rows, (row) => itemIndex[row] ?? 0),
        gain: Float32Array.from(rows, (row) => gain[row] ?? 0),
      };
    };
    const pairs = { ...toy.pairs, train: without(toy.pairs.train) };
    const all = { ...withItemIds((item) => item + 1), pairs };
    const known = { ...withItemIds((item) => (item === foreign ? 0 : item + 1)), pairs };
    expect(await encoderFit.check(preflightInput(all))).toMatchObject({
      isPassed: false,
      got: 'an encoder with 1 item ids such as i7 that training never met',
    });
    expect(await encoderFit.check(preflightInput(known))).toMatchObject({ isPassed: true });
  });

  it('models/preflight/training-scope: fires for an encoder that is not that of the training rows', async () => {
    const scope = { ...healthyScope, encoderDifferences: ['item genres'] };
    expect(await encoderFit.check(preflightInput(toy, { scope }))).toMatchObject({
      isPassed: false,
      got: 'an encoder with other vocabularies or scales of item genres',
    });
  });
});
