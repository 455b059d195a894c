/** The baselines that every evaluation reports beside the model. */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import type { BaselineName, EvaluationSummary } from '../../contracts/metrics.ts';
import { dotScorer } from '../evaluation/dot-scorer.ts';
import { type EvaluationOptions, evaluateScorer } from '../evaluation/evaluate-scorer.ts';
import { itemPopularity } from '../evaluation/recommendations.ts';
import { rowScorer, type Scorer } from '../evaluation/scorer.ts';
import { combineSeeds, createGenerator, STREAM, toUnit } from '../numerics/prng.ts';
import { contentOf, profiles, unitRows } from './content-vectors.ts';
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

/** How near items are to a user in text or features. null where items have no features. */
const contentScorer = (dataset: LoadedDataset): Scorer | null => {
  const content = contentOf(dataset);
  switch (content.kind) {
    case 'texts':
      return dotScorer(content.users, content.items, content.width);
    case 'features': {
      const { items, width } = content;
      return dotScorer(unitRows(profiles(dataset, items, width), dataset.userIds.length, width), items, width);
    }
    case 'none':
      return null;
  }
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
