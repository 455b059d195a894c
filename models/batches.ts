/** From samples to training batches: distinct users and items, and dense targets and weights between them. */
import type { LoadedDataset, SampleArrays } from '../contracts/dataset.ts';
import { combineSeeds, createGenerator, permutation, STREAM, toIndex } from './prng.ts';

/** One batch. Rows of the matrices are `users`, columns are `items`; both are distinct and ascending. */
export interface Batch {
  readonly users: Int32Array;
  readonly items: Int32Array;
  /** [users, items]: weighted mean label of the batch's events of the pair; 0 elsewhere. */
  readonly targets: Float32Array;
  /** [users, items]: summed weight of these events and of sampled negatives; 0 where nothing is known. */
  readonly weights: Float32Array;
  /** [users, items]: 1 where the user met the item with a positive label, in training or in this batch. */
  readonly positives: Float32Array;
  /** Samples in the batch. */
  readonly size: number;
}

export interface BatchSource {
  readonly stepsPerEpoch: number;
  /** A function of (seed, epoch, step) alone; epoch and step are 0-based here. */
  batch(epoch: number, step: number): Batch;
  /** Probability of each item to be a column of a batch, [items]. */
  readonly inclusion: Float32Array;
}

export interface BatchOptions {
  readonly dataset: LoadedDataset;
  readonly samples: SampleArrays;
  readonly batchSize: number;
  /** Unobserved items per sample that count with label 0. */
  readonly sampledNegatives: number;
  readonly seed: number;
  readonly isShuffled: boolean;
}

/** Weight of a sampled negative: nothing says that the user has seen it, so it counts like a view. */
const NEGATIVE_WEIGHT = 0.5;

const distinct = (values: Int32Array): Int32Array => Int32Array.from(new Set(values)).sort();

const positions = (values: Int32Array): ReadonlyMap<number, number> =>
  new Map(Array.from(values, (value, index) => [value, index]));

/** Per user the items met in training, ascending, as one sorted set of keys. */
const metInTraining = ({ samples, itemIds }: LoadedDataset): { met: Set<number>; liked: Set<number> } => {
  const { userIndex, itemIndex, label } = samples.train;
  const met = new Set<number>();
  const liked = new Set<number>();
  for (let sample = 0; sample < userIndex.length; sample += 1) {
    const key = (userIndex[sample] ?? 0) * itemIds.length + (itemIndex[sample] ?? 0);
    met.add(key);
    if ((label[sample] ?? 0) > 0) {
      liked.add(key);
    }
  }
  return { met, liked };
};

/** Items drawn uniformly into every batch, so that rare items get negatives too. */
const poolSize = (batchSize: number, items: number): number => Math.min(items, batchSize);

/** 1 - P(neither among the batch's samples nor in its pool). */
const inclusionProbabilities = ({ dataset, samples, batchSize }: BatchOptions): Float32Array => {
  const items = dataset.itemIds.length;
  const counts = new Float32Array(items);
  for (const item of samples.itemIndex) {
    counts[item] = (counts[item] ?? 0) + 1;
  }
  const missedByPool = (1 - 1 / items) ** poolSize(batchSize, items);
  return counts.map((count) => 1 - (1 - count / samples.itemIndex.length) ** batchSize * missedByPool);
};

export const createBatchSource = (options: BatchOptions): BatchSource => {
  const { dataset, samples, batchSize, sampledNegatives, seed, isShuffled } = options;
  const itemCount = dataset.itemIds.length;
  const { met, liked } = metInTraining(dataset);
  const total = samples.userIndex.length;
  let shuffled: { epoch: number; order: Int32Array } | null = null;

  const orderOf = (epoch: number): Int32Array => {
    if (shuffled?.epoch !== epoch) {
      const order = isShuffled
        ? permutation(total, combineSeeds(seed, STREAM.order, epoch))
        : Int32Array.from({ length: total }, (_, index) => index);
      shuffled = { epoch, order };
    }
    return shuffled.order;
  };

  const drawPool = (epoch: number, step: number): Int32Array => {
    const next = createGenerator(combineSeeds(seed, STREAM.pool, epoch, step));
    return Int32Array.from({ length: poolSize(batchSize, itemCount) }, () => toIndex(next(), itemCount));
  };

  const batch = (epoch: number, step: number): Batch => {
    const rows = orderOf(epoch).subarray(step * batchSize, Math.min(total, (step + 1) * batchSize));
    const userOf = Int32Array.from(rows, (row) => samples.userIndex[row] ?? 0);
    const itemOf = Int32Array.from(rows, (row) => samples.itemIndex[row] ?? 0);
    const pool = drawPool(epoch, step);
    const users = distinct(userOf);
    const items = distinct(Int32Array.from([...itemOf, ...pool]));
    const userRow = positions(users);
    const itemColumn = positions(items);
    const width = items.length;
    const targets = new Float32Array(users.length * width);
    const weights = new Float32Array(users.length * width);
    const next = createGenerator(combineSeeds(seed, STREAM.negatives, epoch, step));
    for (const [index, row] of rows.entries()) {
      const user = userOf[index] ?? 0;
      const base = (userRow.get(user) ?? 0) * width;
      const cell = base + (itemColumn.get(itemOf[index] ?? 0) ?? 0);
      const weight = samples.weight[row] ?? 0;
      // Events of one pair add up: a weighted sum of cross-entropies against labels y is the cross-entropy against
      // their weighted mean, times the summed weight.
      targets[cell] = (targets[cell] ?? 0) + weight * (samples.label[row] ?? 0);
      weights[cell] = (weights[cell] ?? 0) + weight;
      for (let negative = 0; negative < sampledNegatives; negative += 1) {
        const item = pool[toIndex(next(), pool.length)] ?? 0;
        if (!met.has(user * itemCount + item)) {
          const negativeCell = base + (itemColumn.get(item) ?? 0);
          weights[negativeCell] = (weights[negativeCell] ?? 0) + NEGATIVE_WEIGHT;
        }
      }
    }
    const positives = new Float32Array(users.length * width);
    for (const [row, user] of users.entries()) {
      for (const [column, item] of items.entries()) {
        const cell = row * width + column;
        const weight = weights[cell] ?? 0;
        // A validation pair is no training pair, yet its own label makes it a positive of its batch.
        if (liked.has(user * itemCount + item) || (targets[cell] ?? 0) > 0) {
          positives[cell] = 1;
        }
        if (weight > 0) {
          targets[cell] = (targets[cell] ?? 0) / weight;
        }
      }
    }
    return { users, items, targets, weights, positives, size: rows.length };
  };

  return {
    stepsPerEpoch: Math.ceil(total / batchSize),
    batch,
    inclusion: inclusionProbabilities(options),
  };
};
