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

interface BaselineOptions extends Omit<EvaluationOptions, 'scorer' | 'depth' | 'onUser'> {
  readonly seed: number;
  /** Called after each. */
  readonly onBaseline?: () => void;
}

/** Those that the dataset allows: `oracle` needs the true affinities of a synthetic source. */
const scorersOf = (dataset: LoadedDataset, seed: number): readonly (readonly [BaselineName, () => Scorer | null])[] => {
  const { affinities } = dataset;
  return [
    [
      'oracle',
      () => (affinities === null ? null : dotScorer(affinities.userFactors, affinities.itemFactors, affinities.dim)),
    ],
    ['popularity', () => popularityScorer(dataset)],
    ['item_knn', () => itemKnnScorer(dataset)],
    ['content', () => contentScorer(dataset)],
    ['random', () => randomScorer(dataset, seed)],
  ];
};

/** Calls of `onBaseline`, for whoever counts them. */
export const BASELINES = 5;

/** Every baseline that the dataset allows. */
export const evaluateBaselines = (options: BaselineOptions): Partial<Record<BaselineName, EvaluationSummary>> => {
  const { dataset, seed, onBaseline, ...evaluated } = options;
  const summaries = scorersOf(dataset, seed).map(([name, open]) => {
    const scorer = open();
    const summary = scorer === null ? null : evaluateScorer({ ...evaluated, dataset, scorer }).summary;
    onBaseline?.();
    return [name, summary] as const;
  });
  return Object.fromEntries(summaries.filter(([, summary]) => summary !== null)) as Partial<
    Record<BaselineName, EvaluationSummary>
  >;
};
