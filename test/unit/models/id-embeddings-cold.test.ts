import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import type { LoadedDataset, SampleArrays } from '../../../contracts/dataset.ts';
import type { TrialSettings } from '../../../contracts/trial.ts';
import { loadModel } from '../../../models/saved/model-folder.ts';
import { withFolder } from '../../support/make-folder.ts';
import { idRows, trainSmall, trialSettings } from '../../support/small-training.ts';
import { createToyDataset } from '../../support/toy-dataset.ts';

const USERS = 40;
const ITEMS = 30;
const FIRST_COLD = 30;
const DIM = 8;
const settings = trialSettings({
  seed: 3,
  model: { hidden_dims: [8], embedding_dim: DIM, dropout_rate: 0, dropout_rate_middle: 0, id_dropout: 0 },
  training: { num_epochs: 2, batch_size: 64, learning_rate: 0.03 },
});

const toy = createToyDataset({ users: USERS, items: ITEMS, pairsPerUser: 12, seed: 5 });

const withoutCold = ({ userIndex, itemIndex, label, weight }: SampleArrays): SampleArrays => {
  const isKept = (_: number, row: number) => (userIndex[row] ?? 0) < FIRST_COLD;
  return {
    userIndex: userIndex.filter(isKept),
    itemIndex: itemIndex.filter(isKept),
    label: label.filter(isKept),
    weight: weight.filter(isKept),
  };
};

/** Ids alone; users from FIRST_COLD on do not occur in training, the others nowhere else. */
const coldStart = (): LoadedDataset => {
  const train = withoutCold(toy.samples.train);
  const { userIndex, itemIndex, label } = train;
  const { validation } = toy.pairs;
  const isCold = (_: number, row: number) => (validation.userIndex[row] ?? 0) >= FIRST_COLD;
  return {
    ...toy,
    summary: { ...toy.summary, feature_dims: { user: 0, item: 0 } },
    userFeatures: new Float32Array(0),
    itemFeatures: new Float32Array(0),
    textDim: { user: 0, item: 0 },
    ids: { user: idRows(USERS, FIRST_COLD), item: idRows(ITEMS, ITEMS) },
    samples: { ...toy.samples, train },
    pairs: {
      ...toy.pairs,
      train: { userIndex, itemIndex, gain: label },
      validation: {
        userIndex: validation.userIndex.filter(isCold),
        itemIndex: validation.itemIndex.filter(isCold),
        gain: validation.gain.filter(isCold),
      },
    },
  };
};

const train = (
  dataset: LoadedDataset,
  trialFolder: string,
  change: { readonly loss?: TrialSettings['training']['loss']; readonly onStep?: () => void } = {},
) =>
  trainSmall(trialFolder, {
    dataset,
    settings: { ...settings, training: { ...settings.training, ...(change.loss && { loss: change.loss }) } },
    ...(change.onStep && { onStep: change.onStep }),
  });

describe('models/id-embeddings', () => {
  beforeAll(() => tf.setBackend('cpu'));

  for (const loss of ['in_batch_softmax', 'weighted_bce'] as const) {
    it(`models/training/train: ${loss} trains and is validated on users that no training sample names`, () =>
      withFolder(async (folder) => {
        const dataset = coldStart();
        const { validation, bestValLoss } = await train(dataset, folder, { loss });
        expect(validation.users).toBeGreaterThan(0);
        expect(Number.isFinite(bestValLoss)).toBe(true);
        const model = await loadModel(join(folder, 'model'));
        const users = model.embedUsers(dataset.userFeatures, dataset.ids.user, null);
        model.dispose();
        expect(users.slice(FIRST_COLD * DIM).every((value) => value === 0)).toBe(true);
        expect(users.slice(0, FIRST_COLD * DIM).some((value) => value !== 0)).toBe(true);
      }));
  }

  it('models/training/train: the tensor count does not grow from step to step with id tables', () =>
    withFolder(async (folder) => {
      const counts = new Set<number>();
      await train(coldStart(), folder, { onStep: () => counts.add(tf.memory().numTensors) });
      expect(counts.size).toBe(1);
    }));

  it('models/training/checkpoint: one of a version with other id tables is refused', () =>
    withFolder(async (folder) => {
      const dataset = coldStart();
      await train(dataset, folder);
      const other: LoadedDataset = {
        ...dataset,
        summary: { ...dataset.summary, version: 'ds-other' },
        ids: { ...dataset.ids, user: idRows(USERS, USERS) },
      };
      await expect(train(other, folder)).rejects.toMatchObject({
        code: 'CHECKPOINT_CORRUPT',
        message: expect.stringContaining('a checkpoint of another model'),
      });
    }));
});
