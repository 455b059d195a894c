/** What a tripwire gets, of a toy dataset whose parts a test may break. */
import type { LoadedDataset, SplitName } from '../../contracts/dataset.ts';
import type { VersionScope } from '../../contracts/preflight.ts';
import type { TrialSettings } from '../../contracts/trial.ts';
import type { PreflightInput } from '../../models/preflight/tripwire.ts';
import { MODEL_SETTINGS, resolvedConfig } from './experiment-fixtures.ts';
import { createToyDataset } from './toy-dataset.ts';

const { preflight: _, ...training } = resolvedConfig().training;

const settings: TrialSettings = {
  seed: 5,
  model: { ...MODEL_SETTINGS, dropout_rate: 0.1 },
  training,
  relevanceThreshold: 0.4,
};

export const healthyScope: VersionScope = {
  splitMethod: 'random',
  spans: {
    train: { firstMs: 0, lastMs: 100 },
    validation: { firstMs: 50, lastMs: 150 },
    test: { firstMs: 20, lastMs: 90 },
  },
  encoderDifferences: [],
};

export const toyOf = (seed = 3): LoadedDataset => createToyDataset({ users: 120, items: 60, pairsPerUser: 16, seed });

export const preflightInput = (dataset: LoadedDataset, change: Partial<PreflightInput> = {}): PreflightInput => ({
  dataset,
  scope: healthyScope,
  settings,
  tensorflow: { backend: 'js', library: 'test' },
  workFolder: '',
  signal: new AbortController().signal,
  nowMs: () => performance.now(),
  ...change,
});

/** The dataset with one more feature column on a side, in front of nothing: the last one. */
export const withColumn = (
  dataset: LoadedDataset,
  side: 'user' | 'item',
  featureOf: (entity: number) => number,
): LoadedDataset => {
  const width = dataset.summary.feature_dims[side];
  const count = side === 'user' ? dataset.userIds.length : dataset.itemIds.length;
  const old = side === 'user' ? dataset.userFeatures : dataset.itemFeatures;
  const features = new Float32Array(count * (width + 1));
  for (let entity = 0; entity < count; entity += 1) {
    features.set(old.subarray(entity * width, (entity + 1) * width), entity * (width + 1));
    features[entity * (width + 1) + width] = featureOf(entity);
  }
  return {
    ...dataset,
    ...(side === 'user' ? { userFeatures: features } : { itemFeatures: features }),
    summary: {
      ...dataset.summary,
      feature_dims: { ...dataset.summary.feature_dims, [side]: width + 1 },
    },
  };
};

/** Pairs of each item in these parts. */
export const countsOf = (dataset: LoadedDataset, parts: readonly SplitName[]): Float64Array => {
  const counts = new Float64Array(dataset.itemIds.length);
  for (const part of parts) {
    for (const item of dataset.pairs[part].itemIndex) {
      counts[item] = (counts[item] ?? 0) + 1;
    }
  }
  return counts;
};

/** Users who meet the item in these parts. */
export const usersOf = (dataset: LoadedDataset, item: number, parts: readonly SplitName[]): ReadonlySet<number> =>
  new Set(
    parts.flatMap((part) => {
      const { userIndex, itemIndex } = dataset.pairs[part];
      return [...userIndex].filter((_, row) => itemIndex[row] === item);
    }),
  );
