/** A small two-tower, really trained: from settings to a model folder in a second, and how well what it saved ranks. */
import { join } from 'node:path';
import type { IdRows, LoadedDataset } from '../../contracts/dataset.ts';
import type { ModelConfig, TrainingConfig } from '../../contracts/experiment-config.ts';
import type { EpochRecord } from '../../contracts/metrics.ts';
import type { TrialSettings } from '../../contracts/trial.ts';
import { dotScorer } from '../../models/evaluation/dot-scorer.ts';
import { evaluateScorer } from '../../models/evaluation/evaluate-scorer.ts';
import { loadModel } from '../../models/saved/model-folder.ts';
import { historiesOf } from '../../models/towers/history.ts';
import { type TrainOptions, trainTwoTower } from '../../models/training/train.ts';
import { MODEL_SETTINGS, resolvedConfig } from './experiment-fixtures.ts';
import { createToyDataset } from './toy-dataset.ts';

export const SMALL_TOY = createToyDataset({ users: 60, items: 40, pairsPerUser: 12, seed: 3 });

/** The first `known` of `count` entities have a row of their own, the others are unknown. */
export const idRows = (count: number, known = count): IdRows => ({
  size: known + 1,
  rows: Int32Array.from({ length: count }, (_, index) => (index < known ? index + 1 : 0)),
});

export const trialSettings = (
  change: {
    readonly seed?: number;
    readonly model?: Partial<ModelConfig>;
    readonly training?: Partial<TrainingConfig>;
  } = {},
): TrialSettings => ({
  seed: change.seed ?? 5,
  model: { ...MODEL_SETTINGS, ...change.model },
  training: { ...resolvedConfig().training, ...change.training },
  relevanceThreshold: 0.4,
});

/** Trains on the toy dataset unless given another, for all epochs of the settings unless given a smaller budget. */
export const trainSmall = (trialFolder: string, change: Partial<TrainOptions> = {}) => {
  const settings = change.settings ?? trialSettings();
  return trainTwoTower({
    dataset: SMALL_TOY,
    settings,
    epochBudget: settings.training.num_epochs,
    trialFolder,
    tensorflow: { backend: 'js', library: 'tfjs-backend-cpu' },
    signal: new AbortController().signal,
    nowMs: Date.now,
    onReady: () => undefined,
    onStep: () => undefined,
    onEpoch: () => undefined,
    ...change,
  });
};

/** Everything of a history that must not depend on the clock. */
export const withoutClock = (history: readonly EpochRecord[]) =>
  history.map(({ seconds: _seconds, finishedAtMs: _finishedAtMs, ...rest }) => rest);

/** How the model that a training saved ranks a part of a dataset. */
export const rankSaved = async (trialFolder: string, dataset: LoadedDataset, split: 'validation' | 'test') => {
  const model = await loadModel(join(trialFolder, 'model'));
  try {
    const { userFeatures, itemFeatures, ids, pairs, userIds, itemIds } = dataset;
    const histories =
      model.manifest.history_rows > 0
        ? historiesOf(pairs.train, userIds.length, ids.item ?? idRows(itemIds.length, 0))
        : null;
    const scorer = dotScorer(
      model.embedUsers(userFeatures, ids.user, histories),
      model.embedItems(itemFeatures, ids.item),
      model.manifest.embedding_dim,
    );
    const { summary } = evaluateScorer({ scorer, dataset, split, relevanceThreshold: 0.4 });
    return { summary, manifest: model.manifest };
  } finally {
    model.dispose();
  }
};
