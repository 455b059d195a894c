/** Scorers: the model's own, and the baselines that every evaluation reports beside it. */
import * as tf from '@tensorflow/tfjs-core';
import type { LoadedDataset, SplitName } from '../contracts/dataset.ts';
import type { BaselineName, EvaluationSummary } from '../contracts/metrics.ts';
import { computeValues } from './compute-values.ts';
import { type EvaluationOptions, evaluateScorer, itemPopularity, type Scorer } from './evaluation.ts';
import { combineSeeds, createGenerator, STREAM, toUnit } from './prng.ts';

/** Dot products of two row-major matrices, [users, dim] and [items, dim], a block of users at a time. */
export const dotScorer =
  (users: Float32Array, items: Float32Array, dim: number): Scorer =>
  (from, to) =>
    computeValues(() => {
      const block = tf.tensor2d(users.subarray(from * dim, to * dim), [to - from, dim]);
      const catalogue = tf.tensor2d(items, [items.length / dim, dim]);
      return tf.matMul(block, catalogue, false, true);
    });

const popularityScorer = (dataset: LoadedDataset): Scorer => {
  const popularity = itemPopularity(dataset);
  return (from, to) => {
    const scores = new Float32Array((to - from) * popularity.length);
    for (let row = 0; row < to - from; row += 1) {
      scores.set(popularity, row * popularity.length);
    }
    return scores;
  };
};

const randomScorer = (dataset: LoadedDataset, seed: number): Scorer => {
  const items = dataset.itemIds.length;
  return (from, to) => {
    const scores = new Float32Array((to - from) * items);
    for (let row = 0; row < to - from; row += 1) {
      const next = createGenerator(combineSeeds(seed, STREAM.random, from + row));
      for (let item = 0; item < items; item += 1) {
        scores[row * items + item] = toUnit(next());
      }
    }
    return scores;
  };
};

/** Rows of length 1 of the first `width` columns, [rows, width]; a row of zeros stays one. */
const unitRows = (features: Float32Array, rows: number, width: number): Float32Array => {
  const dim = features.length / rows;
  const texts = new Float32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const text = features.subarray(row * dim, row * dim + width);
    const norm = Math.sqrt(text.reduce((sum, value) => sum + value * value, 0));
    if (norm > 0) {
      texts.set(
        text.map((value) => value / norm),
        row * width,
      );
    }
  }
  return texts;
};

/** Per user the sum of the rows of the items met in training with a gain, [users, width]: what they liked so far. */
const profiles = ({ pairs, userIds }: LoadedDataset, rows: Float32Array, width: number): Float32Array => {
  const { userIndex, itemIndex, gain } = pairs.train;
  const sums = new Float32Array(userIds.length * width);
  for (const [pair, user] of userIndex.entries()) {
    if ((gain[pair] ?? 0) > 0) {
      const row = (itemIndex[pair] ?? 0) * width;
      for (let column = 0; column < width; column += 1) {
        sums[user * width + column] = (sums[user * width + column] ?? 0) + (rows[row + column] ?? 0);
      }
    }
  }
  return sums;
};

/**
 * Where both sides have texts of one encoder: cosine similarity of their embeddings. Else how near an item's features
 * are to those of the items that the user met. null where items have no features.
 */
const contentScorer = (dataset: LoadedDataset): Scorer | null => {
  const { userFeatures, itemFeatures, userIds, itemIds, textDim } = dataset;
  if (textDim.user > 0 && textDim.user === textDim.item) {
    return dotScorer(
      unitRows(userFeatures, userIds.length, textDim.user),
      unitRows(itemFeatures, itemIds.length, textDim.item),
      textDim.item,
    );
  }
  const width = itemFeatures.length / Math.max(1, itemIds.length);
  if (width === 0) {
    return null;
  }
  const items = unitRows(itemFeatures, itemIds.length, width);
  return dotScorer(unitRows(profiles(dataset, items, width), userIds.length, width), items, width);
};

/** Every baseline that the dataset allows. `oracle` needs the true affinities of a synthetic source. */
export const evaluateBaselines = (
  options: Omit<EvaluationOptions, 'scorer'> & { readonly split: Exclude<SplitName, 'train'>; readonly seed: number },
): Partial<Record<BaselineName, EvaluationSummary>> => {
  const { dataset, seed } = options;
  const { affinities } = dataset;
  const content = contentScorer(dataset);
  const summarise = (scorer: Scorer): EvaluationSummary => evaluateScorer({ ...options, scorer }).summary;
  return {
    ...(affinities === null
      ? {}
      : { oracle: summarise(dotScorer(affinities.userFactors, affinities.itemFactors, affinities.dim)) }),
    popularity: summarise(popularityScorer(dataset)),
    ...(content === null ? {} : { content: summarise(content) }),
    random: summarise(randomScorer(dataset, seed)),
  };
};
