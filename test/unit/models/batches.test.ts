import { describe, expect, it } from 'vitest';
import type { LoadedDataset, SampleArrays } from '../../../contracts/dataset.ts';
import { type Batch, type BatchOptions, createBatchSource } from '../../../models/training/batches.ts';
import { createUserItems } from '../../../models/training/user-items.ts';
import { createToyDataset } from '../../support/toy-dataset.ts';

const samplesOf = (
  rows: readonly (readonly [user: number, item: number, label: number, weight: number])[],
): SampleArrays => ({
  userIndex: Int32Array.from(rows, ([user]) => user),
  itemIndex: Int32Array.from(rows, ([, item]) => item),
  label: Float32Array.from(rows, ([, , label]) => label),
  weight: Float32Array.from(rows, ([, , , weight]) => weight),
});

// User 0 viewed and applied to item 2 and disliked item 0; user 3 liked item 1.
const train = samplesOf([
  [0, 2, 0.4, 0.5],
  [3, 1, 0.8, 2],
  [0, 2, 1, 3],
  [0, 0, 0, 1],
]);
const toy = createToyDataset({ users: 4, items: 5, pairsPerUser: 2, seed: 1 });
const dataset: LoadedDataset = { ...toy, samples: { ...toy.samples, train } };

const source = (change: Partial<BatchOptions> = {}) =>
  createBatchSource({
    dataset,
    met: createUserItems(dataset),
    samples: dataset.samples.train,
    batchSize: 4,
    poolSize: 0,
    sampledNegatives: 0,
    seed: 1,
    isShuffled: true,
    ...change,
  });

const rounded = (values: Iterable<number>): number[] => Array.from(values, (value) => Math.round(value * 1e5) / 1e5);

/** The known cells as [row, column, target, weight], in the order of the matrix. */
const labelsOf = ({ labels, items }: Batch): readonly (readonly number[])[] =>
  Array.from(labels.cells, (cell, place) => [
    Math.floor(cell / items.length),
    cell % items.length,
    ...rounded([labels.targets[place] ?? Number.NaN, labels.weights[place] ?? Number.NaN]),
  ]).sort(([row = 0, column = 0], [otherRow = 0, otherColumn = 0]) => row - otherRow || column - otherColumn);

describe('models/batches', () => {
  it('events of a pair become one cell with their summed weight and weighted mean label', () => {
    const batch = source().batch(0, 0);
    const { users, items, positives, size } = batch;
    expect({ users: [...users], items: [...items], size }).toEqual({ users: [0, 3], items: [0, 1, 2], size: 4 });
    expect(labelsOf(batch)).toEqual([
      [0, 0, 0, 1],
      // (0.5 · 0.4 + 3 · 1) / 3.5 = 0.914286
      [0, 2, 0.91429, 3.5],
      [1, 1, 0.8, 2],
    ]);
    expect([...positives].sort()).toEqual([2, 4]);
  });

  it('what a user liked in training is positive also in batches without that event', () => {
    const { users, items, positives, labels } = source({ batchSize: 1, poolSize: 5, isShuffled: false }).batch(0, 3);
    expect([...users]).toEqual([0]);
    expect([...labels.weights]).toEqual([1]);
    expect([...positives]).toEqual([items.indexOf(2)]);
    // The pool of five draws from five items holds item 2 here: otherwise this test would show nothing.
    expect([...items]).toContain(2);
  });

  it('a validation pair is positive in its own batch, though training does not know it', () => {
    const validation = samplesOf([[1, 4, 0.6, 1]]);
    const batch = source({ samples: validation, isShuffled: false }).batch(0, 0);
    expect([...batch.positives]).toEqual([0]);
  });

  it('an epoch holds every sample once, in another order than the next', () => {
    const large = createToyDataset({ users: 30, items: 20, pairsPerUser: 8, seed: 2 });
    const batches = createBatchSource({
      dataset: large,
      met: createUserItems(large),
      samples: large.samples.train,
      batchSize: 50,
      poolSize: 0,
      sampledNegatives: 0,
      seed: 3,
      isShuffled: true,
    });
    const total = large.samples.train.userIndex.length;
    expect(batches.stepsPerEpoch).toBe(Math.ceil(total / 50));
    const epoch = (index: number) =>
      Array.from({ length: batches.stepsPerEpoch }, (_, step) => batches.batch(index, step));
    expect(epoch(0).reduce((sum, { size }) => sum + size, 0)).toBe(total);
    // Every pair occurs once with weight 1.
    expect(epoch(0).reduce((sum, { labels }) => sum + labels.weights.reduce((a, b) => a + b, 0), 0)).toBe(total);
    expect([...(epoch(1)[0]?.users ?? [])]).not.toEqual([...(epoch(0)[0]?.users ?? [])]);
    expect(batches.batch(1, 2)).toEqual(epoch(1)[2]);
  });

  it('sampled negatives come from the pool, weigh like a view, and spare what the user met', () => {
    const known = createUserItems(dataset);
    const batch = source({ poolSize: 5, sampledNegatives: 50 }).batch(0, 0);
    const cells = labelsOf(batch);
    const negatives = cells.filter(
      ([row = 0, column = 0]) => !known.hasMet(batch.users[row] ?? 0, batch.items[column] ?? 0),
    );
    expect(negatives.length).toBeGreaterThan(1);
    for (const [, , target, weight = Number.NaN] of negatives) {
      expect(weight % 0.5).toBe(0);
      expect(target).toBe(0);
    }
    expect(cells.map(([, , target = Number.NaN]) => target).filter((target) => target > 0)).toEqual([0.91429, 0.8]);
  });

  it('inclusion is the chance of an item to be a column', () => {
    // Item 2 in half of the samples: 1 - 0.5⁴ = 0.9375; items 0 and 1 in a quarter: 1 - 0.75⁴ = 0.683594; others never.
    expect(rounded(source().inclusion)).toEqual([0.68359, 0.68359, 0.9375, 0, 0]);
    // Two draws from five items miss an item with 0.8² = 0.64: 1 - 0.64 = 0.36, and 1 - 0.0625 · 0.64 = 0.96.
    expect(rounded(source({ poolSize: 2 }).inclusion)).toEqual([0.7975, 0.7975, 0.96, 0.36, 0.36]);
  });
});

describe('models/user-items', () => {
  it('models/training/user-items: knows what was met and what was liked', () => {
    const known = createUserItems(dataset);
    expect([0, 1, 2, 3, 4].filter((item) => known.hasMet(0, item))).toEqual([0, 2]);
    expect([0, 1, 2, 3, 4].filter((item) => known.hasMet(1, item))).toEqual([]);
    expect([...known.liked(0)]).toEqual([2]);
    expect([...known.liked(3)]).toEqual([1]);
  });
});
