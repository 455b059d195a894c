import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import type { IdRows, LoadedDataset } from '../../../contracts/dataset.ts';
import { evaluateBaselines } from '../../../models/reports/baselines.ts';
import { loadModel } from '../../../models/saved/model-folder.ts';
import { createArchitecture, initialParameters } from '../../../models/towers/architecture.ts';
import { withFolder } from '../../support/make-folder.ts';
import { idRows, rankSaved, trainSmall, trialSettings } from '../../support/small-training.ts';
import { createToyDataset } from '../../support/toy-dataset.ts';

const DIM = 8;
const settings = trialSettings({
  seed: 3,
  model: { hidden_dims: [8], embedding_dim: DIM, dropout_rate: 0, dropout_rate_middle: 0, id_dropout: 0 },
  training: {
    loss: 'in_batch_softmax',
    num_epochs: 12,
    batch_size: 64,
    learning_rate: 0.03,
    early_stopping_patience: 12,
  },
});

const toy = createToyDataset({ users: 60, items: 40, pairsPerUser: 14, seed: 5 });

/** Users and items are known by their ids alone. */
const idsOnly = (change: Partial<LoadedDataset> = {}): LoadedDataset => ({
  ...toy,
  summary: { ...toy.summary, feature_dims: { user: 0, item: 0 } },
  userFeatures: new Float32Array(0),
  itemFeatures: new Float32Array(0),
  textDim: { user: 0, item: 0 },
  ids: { user: idRows(60), item: idRows(40) },
  ...change,
});

const train = (dataset: LoadedDataset, trialFolder: string, epochBudget: number = settings.training.num_epochs) =>
  trainSmall(trialFolder, { dataset, settings, epochBudget });

const testNdcg = async (dataset: LoadedDataset, trialFolder: string): Promise<number> =>
  (await rankSaved(trialFolder, dataset, 'test')).summary.ndcg_at_10;

describe('models/id-embeddings', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('ids alone are learned well above popularity, and no tensor is left', () =>
    withFolder(async (folder) => {
      const dataset = idsOnly();
      const before = tf.memory().numTensors;
      await train(dataset, folder);
      expect(tf.memory().numTensors).toBe(before);
      const { popularity, content } = evaluateBaselines({ dataset, split: 'test', relevanceThreshold: 0.4, seed: 1 });
      expect(content).toBeUndefined();
      expect(await testNdcg(dataset, folder)).toBeGreaterThan(1.3 * (popularity?.ndcg_at_10 ?? Number.NaN));
    }));

  it('ids of one side work beside features of both', () =>
    withFolder(async (folder) => {
      const dataset: LoadedDataset = { ...toy, ids: { user: null, item: idRows(40) } };
      await train(dataset, folder, 3);
      const model = await loadModel(join(folder, 'model'));
      expect(model.manifest.id_rows).toEqual({ user: 0, item: 41 });
      expect(() => model.embedItems(dataset.itemFeatures, null)).toThrow(/item ids: got 0 rows, expected the 41/);
      model.dispose();
      expect(await testNdcg(dataset, folder)).toBeGreaterThan(0);
    }));

  it('cold users are ranked by nothing but do not break training', () =>
    withFolder(async (folder) => {
      const cold: IdRows = { size: 59, rows: Int32Array.from({ length: 60 }, (_, user) => (user < 58 ? user + 1 : 0)) };
      const dataset = idsOnly({ ids: { user: cold, item: idRows(40) } });
      await train(dataset, folder, 2);
      const model = await loadModel(join(folder, 'model'));
      const users = model.embedUsers(dataset.userFeatures, cold, null);
      model.dispose();
      expect(users.slice(58 * DIM).every((value) => value === 0)).toBe(true);
    }));

  it('a training resumed after an epoch ends bit-identical to a straight one', () =>
    withFolder(async (root) => {
      const dataset = idsOnly();
      const straight = await train(dataset, join(root, 'straight'), 4);
      await train(dataset, join(root, 'resumed'), 2);
      await rm(join(root, 'resumed', 'model'), { recursive: true });
      const resumed = await train(dataset, join(root, 'resumed'), 4);
      expect(resumed.resumedFromEpoch).toBe(2);
      expect(resumed.modelDigest).toBe(straight.modelDigest);
    }));

  it('the layers start as they do without ids', () => {
    const plain = createArchitecture(toy.summary.feature_dims, { user: null, item: null }, settings);
    const withIds = createArchitecture(toy.summary.feature_dims, { user: idRows(60), item: null }, settings);
    expect(withIds.parameterCount).toBe(plain.parameterCount + 61 * DIM);
    const start = initialParameters(withIds, 3, 1);
    expect([...start.slice(0, plain.parameterCount)]).toEqual([...initialParameters(plain, 3, 1)]);
    // Uniform in ±0.1·√(3/8): standard deviation 0.1/√8.
    const table = start.slice(plain.parameterCount + DIM);
    expect([...start.slice(plain.parameterCount, plain.parameterCount + DIM)]).toEqual(new Array(DIM).fill(0));
    const deviation = Math.sqrt(table.reduce((sum, value) => sum + value * value, 0) / table.length);
    expect(deviation).toBeCloseTo(0.1 / Math.sqrt(8), 2);
  });

  it('without texts the content baseline compares with what the user met', () => {
    const dataset: LoadedDataset = { ...toy, textDim: { user: 0, item: 0 } };
    const { content, random } = evaluateBaselines({ dataset, split: 'test', relevanceThreshold: 0.4, seed: 1 });
    // The features show the latent factors, so what a user met says where to look.
    expect(content?.ndcg_at_10).toBeGreaterThan(1.2 * (random?.ndcg_at_10 ?? Number.NaN));
  });
});
