/** From samples to training batches: distinct users and items, and what is known between them. */
import type { LoadedDataset, SampleArrays } from '../../contracts/dataset.ts';
import { addAt, missing } from '../../contracts/element-at.ts';
import type { Comparisons, Labels } from '../losses/losses.ts';
import { gatherFloats, gatherIntegers } from '../numerics/gather.ts';
import { combineSeeds, createGenerator, permutation, STREAM, toIndex } from '../numerics/prng.ts';
import type { UserItems } from './user-items.ts';

/**
 * One batch: of a matrix whose rows are `users` and whose columns are `items`, both distinct and ascending, the cells of
 * which something is known. They are few: the whole matrix would be written and read for nothing.
 */
export interface Batch {
  readonly users: Int32Array;
  readonly items: Int32Array;
  /** Weighted mean label and summed weight of the batch's events of a pair and of its sampled negatives. */
  readonly labels: Labels;
  /** Cells where the user met the item with a positive label, in this batch or anywhere in training; distinct. */
  readonly positives: Int32Array;
  /** For each sample with a positive label as many as there are sampled negatives; those of its user. */
  readonly comparisons: Comparisons;
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
  /** Of the dataset's training part. */
  readonly met: UserItems;
  readonly samples: SampleArrays;
  readonly batchSize: number;
  /** Items drawn uniformly into every batch, so that rare items are compared too; at most the whole catalogue. */
  readonly poolSize: number;
  /** Items of the pool, or of the batch where there is no pool, per sample that count with label 0, unless the user met them. */
  readonly sampledNegatives: number;
  readonly seed: number;
  readonly isShuffled: boolean;
}

/** Weight of a sampled negative: nothing says that the user has seen it, so it counts like a view. */
const NEGATIVE_WEIGHT = 0.5;

/** 1 - P(neither among the batch's samples nor in its pool). */
const inclusionProbabilities = ({ dataset, samples, batchSize, poolSize }: BatchOptions): Float32Array => {
  const items = dataset.itemIds.length;
  const counts = new Float32Array(items);
  for (const item of samples.itemIndex) {
    addAt(counts, item, 1);
  }
  const missedByPool = (1 - 1 / items) ** Math.min(items, poolSize);
  return counts.map((count) => 1 - (1 - count / samples.itemIndex.length) ** batchSize * missedByPool);
};

const distinct = (values: Iterable<number>): Int32Array => Int32Array.from(new Set(values)).sort();

/** Labels of pairs, which events of one pair add up to. */
const createLabels = (most: number) => {
  const places = new Map<number, number>();
  const cells = new Int32Array(most);
  const targets = new Float32Array(most);
  const weights = new Float32Array(most);
  return {
    add: (cell: number, weight: number, label: number): void => {
      const place = places.get(cell) ?? places.size;
      places.set(cell, place);
      cells[place] = cell;
      // A weighted sum of cross-entropies against labels y is the cross-entropy against their weighted mean, times the
      // summed weight.
      const before = weights[place] ?? missing(weights, place);
      const sum = before + weight;
      targets[place] = ((targets[place] ?? missing(targets, place)) * before + weight * label) / sum;
      weights[place] = sum;
    },
    labels: (): Labels => {
      const end = places.size;
      return { cells: cells.slice(0, end), targets: targets.slice(0, end), weights: weights.slice(0, end) };
    },
  };
};

/** Where each of `values` stands; a fresh table of `size` would cost more than a batch for a large catalogue. */
const createPlaces = (size: number): ((values: Int32Array) => Int32Array) => {
  const places = new Int32Array(size).fill(-1);
  let occupied: Int32Array = new Int32Array(0);
  return (values) => {
    for (const value of occupied) {
      places[value] = -1;
    }
    for (const [place, value] of values.entries()) {
      places[value] = place;
    }
    occupied = values;
    return places;
  };
};

export const createBatchSource = (options: BatchOptions): BatchSource => {
  const { dataset, met, samples, batchSize, poolSize, sampledNegatives, seed, isShuffled } = options;
  const itemCount = dataset.itemIds.length;
  const placeUsers = createPlaces(dataset.userIds.length);
  const placeItems = createPlaces(itemCount);
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
    return Int32Array.from({ length: Math.min(itemCount, poolSize) }, () => toIndex(next(), itemCount));
  };

  const batch = (epoch: number, step: number): Batch => {
    const rows = orderOf(epoch).subarray(step * batchSize, Math.min(total, (step + 1) * batchSize));
    const userOf = gatherIntegers(samples.userIndex, rows);
    const itemOf = gatherIntegers(samples.itemIndex, rows);
    const weightOf = gatherFloats(samples.weight, rows);
    const labelOf = gatherFloats(samples.label, rows);
    const pool = drawPool(epoch, step);
    const users = distinct(userOf);
    const items = distinct([...itemOf, ...pool]);
    const userRow = placeUsers(users);
    const itemColumn = placeItems(items);
    const width = items.length;
    const cellOf = (user: number, item: number): number =>
      (userRow[user] ?? missing(userRow, user)) * width + (itemColumn[item] ?? missing(itemColumn, item));
    const labels = createLabels(rows.length * (1 + sampledNegatives));
    const next = createGenerator(combineSeeds(seed, STREAM.negatives, epoch, step));
    /** Item, weight and label of the batch's sample at a place. */
    const sampleAt = (place: number) => ({
      item: itemOf[place] ?? missing(itemOf, place),
      weight: weightOf[place] ?? missing(weightOf, place),
      label: labelOf[place] ?? missing(labelOf, place),
    });
    for (const [place, user] of userOf.entries()) {
      const { item, weight, label } = sampleAt(place);
      labels.add(cellOf(user, item), weight, label);
    }
    const candidates = pool.length > 0 ? pool : items;
    const better: number[] = [];
    const worse: number[] = [];
    const comparisonWeights: number[] = [];
    for (const [place, user] of userOf.entries()) {
      const { item: own, weight, label } = sampleAt(place);
      const strength = weight * label;
      for (let negative = 0; negative < sampledNegatives; negative += 1) {
        const drawn = toIndex(next(), candidates.length);
        const item = candidates[drawn] ?? missing(candidates, drawn);
        if (!met.hasMet(user, item)) {
          const cell = cellOf(user, item);
          labels.add(cell, NEGATIVE_WEIGHT, 0);
          if (strength > 0) {
            better.push(cellOf(user, own));
            worse.push(cell);
            comparisonWeights.push(strength);
          }
        }
      }
    }
    const known = labels.labels();
    const { targets } = known;
    const positives = new Set(known.cells.filter((_, place) => (targets[place] ?? missing(targets, place)) > 0));
    for (const user of users) {
      for (const item of met.liked(user)) {
        if ((itemColumn[item] ?? missing(itemColumn, item)) >= 0) {
          positives.add(cellOf(user, item));
        }
      }
    }
    const comparisons = {
      better: Int32Array.from(better),
      worse: Int32Array.from(worse),
      weights: Float32Array.from(comparisonWeights),
    };
    return { users, items, labels: known, positives: Int32Array.from(positives), comparisons, size: rows.length };
  };

  return {
    stepsPerEpoch: Math.ceil(total / batchSize),
    batch,
    inclusion: inclusionProbabilities(options),
  };
};
