import '@tensorflow/tfjs-backend-cpu';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LoadedDataset } from '../../../contracts/dataset.ts';
import type { TrainingConfig } from '../../../contracts/experiment-config.ts';
import type { EpochRecord } from '../../../contracts/metrics.ts';
import type { TrialSettings } from '../../../contracts/trial.ts';
import { evaluateBaselines } from '../../../models/reports/baselines.ts';
import { loadModel } from '../../../models/saved/model-folder.ts';
import type { TrainOptions } from '../../../models/training/train.ts';
import { rankSaved, SMALL_TOY, trainSmall, trialSettings, withoutClock } from '../../support/small-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const toy = SMALL_TOY;

const settings = (training: Partial<TrainingConfig> = {}): TrialSettings =>
  trialSettings({
    model: { hidden_dims: [16], embedding_dim: 8, dropout_rate: 0.1, dropout_rate_middle: 0.2 },
    training: { num_epochs: 4, learning_rate: 0.01, ...training },
  });

describe('models/train', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await temporaryFolder('tt-exp-models-');
  });

  const train = async (name: string, change: Partial<TrainOptions> = {}) => {
    const records: EpochRecord[] = [];
    const trialFolder = join(folder, name);
    const result = await trainSmall(trialFolder, {
      settings: settings(),
      onEpoch: (record) => records.push(record),
      ...change,
    });
    const file = (path: string): Promise<Buffer> => readFile(join(trialFolder, path));
    return { result, records, file, trialFolder };
  };

  it.each(['weighted_bce', 'in_batch_softmax'] as const)(
    '%s learns to rank better than popularity and far better than chance',
    async (loss) => {
      const long = settings({ loss, num_epochs: 15, early_stopping_patience: 15 });
      const { trialFolder, records } = await train(loss, { settings: long, epochBudget: 15 });
      expect(records.every(({ valLoss }) => Number.isFinite(valLoss) && valLoss > 0)).toBe(true);
      const { ndcg_at_10: ndcg } = (await rankSaved(trialFolder, toy, 'test')).summary;
      const options = { dataset: toy, split: 'test', relevanceThreshold: 0.4 } as const;
      const baselines = evaluateBaselines({ ...options, seed: 1 });
      expect(ndcg).toBeGreaterThan((baselines.popularity?.ndcg_at_10 ?? 1) + 0.05);
      expect(ndcg).toBeGreaterThan(2 * (baselines.random?.ndcg_at_10 ?? 1));
      expect(baselines.oracle?.ndcg_at_10).toBeGreaterThan(ndcg);
    },
  );

  it('with shuffled labels and items falls to chance', async () => {
    const { train: original } = toy.samples;
    const shuffled = {
      ...original,
      itemIndex: original.itemIndex.map(
        (_, row) => original.itemIndex[(row * 7919 + 13) % original.itemIndex.length] ?? 0,
      ),
    };
    const dataset: LoadedDataset = { ...toy, samples: { ...toy.samples, train: shuffled } };
    const { result } = await train('shuffled', { dataset });
    const honest = await train('honest');
    const random = evaluateBaselines({ dataset: toy, split: 'validation', relevanceThreshold: 0.4, seed: 1 }).random;
    expect(result.validation.ndcg_at_10).toBeLessThan(honest.result.validation.ndcg_at_10 - 0.1);
    expect(result.validation.ndcg_at_10).toBeLessThan((random?.ndcg_at_10 ?? 0) + 0.15);
  });

  it('two runs with one seed are bit-identical, another seed differs', async () => {
    const first = await train('first');
    const second = await train('second');
    const other = await train('other', { settings: { ...settings(), seed: 6 } });
    expect(withoutClock(second.records)).toEqual(withoutClock(first.records));
    expect(second.result.modelDigest).toBe(first.result.modelDigest);
    expect(other.result.modelDigest).not.toBe(first.result.modelDigest);
  });

  it('an interrupted run that resumes ends bit-identical to an uninterrupted one', async () => {
    const straight = await train('straight');
    const stop = new AbortController();
    const interrupted = train('interrupted', {
      signal: stop.signal,
      onStep: (epoch, step) => {
        if (epoch === 3 && step === 2) {
          stop.abort(new Error('killed'));
        }
      },
    });
    await expect(interrupted).rejects.toThrow('killed');
    let resumedFrom: number | null = null;
    const resumed = await train('interrupted', {
      onReady: (epoch) => {
        resumedFrom = epoch;
      },
    });
    expect(resumedFrom).toBe(2);
    expect(resumed.records.map(({ epoch }) => epoch)).toEqual([3, 4]);
    expect(resumed.result.modelDigest).toBe(straight.result.modelDigest);
    expect(resumed.result.validation).toEqual(straight.result.validation);
  });

  it('a finished training answers at once with the same result', async () => {
    const first = await train('twice');
    const again = await train('twice');
    expect(again.records).toEqual([]);
    expect(again.result).toEqual({ ...first.result, resumedFromEpoch: 4 });
  });

  it('stops early after `patience` epochs without a better validation NDCG@10', async () => {
    const { result, records } = await train('early', {
      settings: settings({ num_epochs: 60, early_stopping_patience: 2 }),
      epochBudget: 60,
    });
    expect(result.epochs).toBe(result.bestEpoch + 2);
    expect(result.epochs).toBeLessThan(60);
    expect(records.findLast(({ isBest }) => isBest)?.epoch).toBe(result.bestEpoch);
  });

  it('an absurd learning rate ends as TRAINING_DIVERGED', async () => {
    const absurd = settings({ learning_rate: 1e30, loss: 'weighted_bce' });
    await expect(train('absurd', { settings: absurd })).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' });
  });

  it('leaves no tensor behind, also when it fails', async () => {
    const before = tf.memory().numTensors;
    await train('tensors');
    expect(tf.memory().numTensors).toBe(before);
    await expect(train('absurd', { settings: settings({ learning_rate: 1e30 }) })).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('models/training/checkpoint: a truncated, altered or foreign checkpoint is refused with a remedy', async () => {
    const { trialFolder } = await train('damaged', { epochBudget: 1 });
    const file = join(trialFolder, 'checkpoints', 'latest.ckpt');
    const whole = await readFile(file);
    for (const damaged of [
      whole.subarray(0, whole.length - 1),
      whole.subarray(0, 20),
      Buffer.from(whole).fill(1, whole.length - 5),
    ]) {
      await writeFile(file, damaged);
      await expect(train('damaged')).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
    }
    await writeFile(file, whole);
    await expect(train('damaged', { settings: { ...settings(), seed: 9 } })).rejects.toThrow(
      /checkpoint of another model/,
    );
  });

  it('models/saved/model-folder: a tampered model does not load, nor one of an earlier format', async () => {
    const { trialFolder } = await train('tampered', { epochBudget: 1 });
    const weights = join(trialFolder, 'model', 'user_tower', 'weights.bin');
    await writeFile(weights, (await readFile(weights)).fill(0, 0, 4));
    await expect(loadModel(join(trialFolder, 'model'))).rejects.toThrow(
      /^Model not loading: .*user_tower\/weights.bin/,
    );
    const manifestFile = join(trialFolder, 'model', 'manifest.json');
    const manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
    await writeFile(manifestFile, JSON.stringify({ ...manifest, format: 2 }));
    await expect(loadModel(join(trialFolder, 'model'))).rejects.toMatchObject({
      code: 'MODEL_INCOMPATIBLE',
      message: expect.stringContaining('got format 2, expected 3'),
    });
    await expect(loadModel(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'MODEL_NOT_LOADING' });
  });
});
