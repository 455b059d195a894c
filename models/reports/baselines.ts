/** The baselines that every evaluation reports beside the model. */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { addAt, missing } from '../../contracts/element-at.ts';
import type { BaselineName, EvaluationSummary } from '../../contracts/metrics.ts';
import { dotScorer } from '../evaluation/dot-scorer.ts';
import { type EvaluationOptions, evaluateScorer } from '../evaluation/evaluate-scorer.ts';
import { itemPopularity } from '../evaluation/recommendations.ts';
import { rowScorer, type Scorer } from '../evaluation/scorer.ts';
import { combineSeeds, createGenerator, STREAM, toUnit } from '../numerics/prng.ts';
import { itemKnnScorer } from './item-knn.ts';

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
    if ((gain[pair] ?? missing(gain, pair)) > 0) {
      const row = (itemIndex[pair] ?? missing(itemIndex, pair)) * width;
      for (let column = 0; column < width; column += 1) {
        addAt(sums, user * width + column, rows[row + column] ?? missing(rows, row + column));
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
  options: Omit<EvaluationOptions, 'scorer' | 'depth' | 'onUser'> & { readonly seed: number },
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
