import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import type { LoadedDataset } from '../../../contracts/dataset.ts';
import type { ModelConfig, TrainingConfig } from '../../../contracts/experiment-config.ts';
import type { TrialSettings } from '../../../contracts/trial.ts';
import { evaluateBaselines } from '../../../models/reports/baselines.ts';
import { createArchitecture } from '../../../models/towers/architecture.ts';
import type { TrainOptions } from '../../../models/training/train.ts';
import { withFolder } from '../../support/make-folder.ts';
import { idRows, rankSaved, trainSmall, trialSettings } from '../../support/small-training.ts';
import { createToyDataset } from '../../support/toy-dataset.ts';

const toy = createToyDataset({ users: 60, items: 40, pairsPerUser: 14, seed: 5 });
const withIds: LoadedDataset = { ...toy, ids: { user: idRows(60), item: idRows(40) } };
/** Users are known by what they did alone, items by their ids. */
const historyOnly: LoadedDataset = {
  ...toy,
  summary: { ...toy.summary, feature_dims: { user: 0, item: 0 } },
  userFeatures: new Float32Array(0),
  itemFeatures: new Float32Array(0),
  textDim: { user: 0, item: 0 },
  ids: { user: null, item: idRows(40) },
};

const settingsOf = (model: Partial<ModelConfig>, training: Partial<TrainingConfig>): TrialSettings =>
  trialSettings({
    model: { dropout_rate: 0.1, ...model },
    training: { num_epochs: 6, learning_rate: 0.01, ...training },
  });

const train = (settings: TrialSettings, trialFolder: string, change: Partial<TrainOptions> = {}) =>
  trainSmall(trialFolder, { dataset: toy, settings, ...change });

describe('models, options of towers and training', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it.each<[string, Partial<ModelConfig>, Partial<TrainingConfig>, LoadedDataset]>([
    ['bpr', {}, { loss: 'bpr' }, toy],
    ['bpr without a pool', {}, { loss: 'bpr', mixed_negatives: 0 }, toy],
    ['gelu', { activation: 'gelu' }, {}, toy],
    ['layer normalisation', { layer_norm: true }, {}, toy],
    ['gelu after layer normalisation', { layer_norm: true, activation: 'gelu', hidden_dims: [16, 8] }, {}, toy],
    ['cross-entropy of cosines', { normalisation: 'l2' }, {}, toy],
    ['softmax of dot products', { normalisation: 'none' }, { loss: 'in_batch_softmax' }, toy],
    ['in-batch negatives alone', {}, { loss: 'in_batch_softmax', mixed_negatives: 0 }, toy],
    ['a trained temperature', {}, { loss: 'in_batch_softmax', learn_temperature: true }, toy],
    ['histories beside features and ids', { user_history: true }, { loss: 'in_batch_softmax' }, withIds],
    ['histories alone', { user_history: true }, { loss: 'in_batch_softmax', learning_rate: 0.03 }, historyOnly],
    ['clipped gradients and warm-up', {}, { clip_norm: 0.5, warmup_epochs: 1.5 }, toy],
  ])(
    'models/training/train: with %s it learns, leaves no tensor, and the saved model ranks as the training said',
    (_name, model, training, dataset) =>
      withFolder(async (folder) => {
        const before = tf.memory().numTensors;
        const result = await train(settingsOf(model, training), folder, { dataset });
        const validation = await rankSaved(folder, dataset, 'validation');
        expect(tf.memory().numTensors).toBe(before);
        expect(validation.summary.ndcg_at_10).toBeCloseTo(result.validation.ndcg_at_10, 5);
        const { random } = evaluateBaselines({ dataset, split: 'test', relevanceThreshold: 0.4, seed: 1 });
        const { summary } = await rankSaved(folder, dataset, 'test');
        expect(summary.ndcg_at_10).toBeGreaterThan(1.3 * (random?.ndcg_at_10 ?? Number.NaN));
      }),
  );

  it('models/training/train: the trained temperature leaves its start, and the manifest has it', () =>
    withFolder(async (folder) => {
      const settings = settingsOf({}, { loss: 'in_batch_softmax', learn_temperature: true, temperature: 0.2 });
      await train(settings, folder);
      const { manifest } = await rankSaved(folder, toy, 'test');
      expect(Math.abs(manifest.temperature - 0.2)).toBeGreaterThan(0.005);
      expect(manifest.temperature).toBeGreaterThanOrEqual(0.01);
    }));

  it('models/training/train: resumed with histories and unknown ids, it ends bit-identical', () =>
    withFolder(async (root) => {
      const settings = settingsOf({ user_history: true }, { loss: 'in_batch_softmax', num_epochs: 4 });
      const straight = await train(settings, join(root, 'straight'), { dataset: withIds });
      await train(settings, join(root, 'resumed'), { dataset: withIds, epochBudget: 2 });
      await rm(join(root, 'resumed', 'model'), { recursive: true });
      const resumed = await train(settings, join(root, 'resumed'), { dataset: withIds });
      expect(resumed.resumedFromEpoch).toBe(2);
      expect(resumed.modelDigest).toBe(straight.modelDigest);
    }));

  it('models/training/train: a time budget ends the training with the epoch that reaches it', () =>
    withFolder(async (folder) => {
      let nowMs = 0;
      // An epoch looks at the clock when it begins and when it ends: each takes a second.
      const clock = () => (nowMs += 1000);
      const { epochs } = await train(settingsOf({}, { max_seconds: 2.5 }), folder, { nowMs: clock });
      expect(epochs).toBe(3);
    }));

  it('models/training/train: a gradient norm of next to nothing keeps the loss where it was', () =>
    withFolder(async (root) => {
      const lossOf = async (clipNorm: number): Promise<number> => {
        const settings = settingsOf({ dropout_rate: 0 }, { clip_norm: clipNorm, weight_decay: 0, num_epochs: 3 });
        return (await train(settings, join(root, String(clipNorm)))).bestValLoss;
      };
      // AdamW divides a gradient by its own size, but for its epsilon, 1e-8: only below that does less move less.
      const [free, held] = [await lossOf(0), await lossOf(1e-12)];
      expect(held).toBeGreaterThan(free);
    }));

  it('models/towers/architecture: histories without ids of items are refused', () => {
    expect(() =>
      createArchitecture({ user: 3, item: 3 }, { user: null, item: null }, settingsOf({ user_history: true }, {})),
    ).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('model.user_history') }),
    );
  });

  it('models/training/train: a part with no label above 0 is refused by the losses that compare', () =>
    withFolder(async (folder) => {
      const { train: samples } = toy.samples;
      const dataset = { ...toy, samples: { ...toy.samples, train: { ...samples, label: samples.label.map(() => 0) } } };
      await expect(train(settingsOf({}, { loss: 'bpr' }), folder, { dataset })).rejects.toMatchObject({
        code: 'NO_DATA_LOADED',
        message: expect.stringContaining('label above 0'),
      });
    }));
});
