/** Scorers: the model's own, and the baselines that every evaluation reports beside it. */
import * as tf from '@tensorflow/tfjs-core';
import type { LoadedDataset } from '../contracts/dataset.ts';
import type { BaselineName, EvaluationSummary } from '../contracts/metrics.ts';
import { type EvaluationOptions, evaluateScorer } from './evaluation.ts';
import { itemKnnScorer } from './item-knn.ts';
import { itemPopularity } from './popularity.ts';
import { combineSeeds, createGenerator, STREAM, toUnit } from './prng.ts';
import { rowScorer, type Scorer } from './scorer.ts';

/** Rows of a matrix, as a view where they lie side by side. */
const rowsOf = (matrix: Float32Array, rows: Int32Array, dim: number): Float32Array => {
  const first = rows[0] ?? 0;
  if ((rows.at(-1) ?? 0) - first === rows.length - 1 && rows.every((row, at) => row === first + at)) {
    return matrix.subarray(first * dim, (first + rows.length) * dim);
  }
  const gathered = new Float32Array(rows.length * dim);
  for (const [at, row] of rows.entries()) {
    gathered.set(matrix.subarray(row * dim, (row + 1) * dim), at * dim);
  }
  return gathered;
};

/** Dot products of two row-major matrices, [users, dim] and [items, dim]; the catalogue stays on the backend. */
export const dotScorer =
  (users: Float32Array, items: Float32Array, dim: number): Scorer =>
  () => {
    // As columns, once: the product of a block takes a quarter less time than with items as rows.
    const catalogue = tf.tidy(() => tf.transpose(tf.tensor2d(items, [items.length / dim, dim])));
    return {
      scores: (rows) => {
        const product = tf.tidy(() => tf.matMul(tf.tensor2d(rowsOf(users, rows, dim), [rows.length, dim]), catalogue));
        try {
          // Not copied: a product shares its values with no other tensor, and it is gone after this line.
          return product.dataSync<'float32'>();
        } finally {
          product.dispose();
        }
      },
      close: () => catalogue.dispose(),
    };
  };

const popularityScorer = (dataset: LoadedDataset): Scorer => {
  const popularity = itemPopularity(dataset);
  return rowScorer(popularity.length, (scores) => scores.set(popularity));
};

const randomScorer = (dataset: LoadedDataset, seed: number): Scorer =>
  rowScorer(dataset.itemIds.length, (scores, user) => {
    const next = createGenerator(combineSeeds(seed, STREAM.random, user));
    for (let item = 0; item < scores.length; item += 1) {
      scores[item] = toUnit(next());
    }
  });

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
  options: Omit<EvaluationOptions, 'scorer' | 'onRanking' | 'exportDepth'> & { readonly seed: number },
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
    item_knn: summarise(itemKnnScorer(dataset)),
    ...(content === null ? {} : { content: summarise(content) }),
    random: summarise(randomScorer(dataset, seed)),
  };
};
