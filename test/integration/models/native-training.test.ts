import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LoadedDataset } from '../../../contracts/dataset.ts';
import type { TrainingConfig } from '../../../contracts/experiment-config.ts';
import type { TensorflowInfo } from '../../../contracts/tensorflow.ts';
import type { TrialSettings } from '../../../contracts/trial.ts';
import { nativeBackend } from '../../../models/numerics/native-backend.ts';
import { createMixedProduct } from '../../../models/numerics/product.ts';
import { createPortableOptimiser } from '../../../models/optimiser/create-optimiser.ts';
import { createNativeOptimiser } from '../../../models/optimiser/native-adamw.ts';
import type { Optimiser } from '../../../models/optimiser/optimiser.ts';
import { evaluateBaselines } from '../../../models/reports/baselines.ts';
import type { TrainOptions } from '../../../models/training/train.ts';
import { openDataset } from '../../../pipeline/index.ts';
import { activateBackend } from '../../support/activate-backend.ts';
import { builderIn, dataSettings } from '../../support/data-requests.ts';
import { itResumesBitIdentically } from '../../support/resume-laws.ts';
import { idRows, rankSaved, SMALL_TOY, trainSmall, trialSettings } from '../../support/small-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const toy = SMALL_TOY;

const toySettings = trialSettings({
  model: { hidden_dims: [32, 16], embedding_dim: 8, dropout_rate: 0.3, dropout_rate_middle: 0.2 },
  training: { num_epochs: 4, learning_rate: 0.01 },
});

/** The defaults of config/experiment.schema.json, with less patience: here the best epoch comes early. */
const defaults = (loss: TrainingConfig['loss']): TrialSettings =>
  trialSettings({
    seed: 7,
    model: { hidden_dims: [512, 256], embedding_dim: 128, dropout_rate: 0.3, dropout_rate_middle: 0.2 },
    training: {
      ...(loss === undefined ? {} : { loss }),
      num_epochs: 50,
      batch_size: 256,
      early_stopping_patience: 2,
    },
  });

describe('models on native TensorFlow', () => {
  let folder: string;
  let tensorflow: TensorflowInfo;

  beforeAll(async () => {
    tensorflow = await activateBackend('native');
    folder = await temporaryFolder('tt-exp-native-models-');
  });

  const train = (name: string, change: Partial<TrainOptions> = {}) =>
    trainSmall(join(folder, name), { settings: toySettings, tensorflow, ...change });

  it('models/optimiser/native-adamw: thirty steps agree with the portable reference', () => {
    const size = 5000;
    const vectors = {
      parameters: Float32Array.from({ length: size }, (_, index) => Math.sin(index)),
      firstMoment: new Float32Array(size),
      secondMoment: new Float32Array(size),
    };
    const run = (optimiser: Optimiser): Float32Array => {
      for (let step = 1; step <= 30; step += 1) {
        // The gradient of a distance to cos(index) + step / 10, so that it depends on the parameters and changes sign.
        const gradient = tf.tidy(() => {
          const goal = tf.tensor1d(Float32Array.from({ length: size }, (_, index) => Math.cos(index) + step / 10));
          return tf.sub<tf.Tensor1D>(optimiser.parameters(), goal);
        });
        optimiser.apply(gradient, { learningRate: 0.01, weightDecay: 0.1, step });
        gradient.dispose();
      }
      const { parameters } = optimiser.read();
      optimiser.dispose();
      return parameters;
    };
    const backend = nativeBackend();
    if (backend === null) {
      throw new Error('not on libtensorflow');
    }
    const before = tf.memory().numTensors;
    const native = run(createNativeOptimiser(backend, vectors));
    const portable = run(createPortableOptimiser(vectors));
    expect(tf.memory().numTensors).toBe(before);
    const largest = native.reduce((most, value, index) => Math.max(most, Math.abs(value - (portable[index] ?? 0))), 0);
    expect(largest).toBeLessThan(1e-5);
    expect(native).not.toEqual(vectors.parameters);
  });

  it('models/training/train: an interrupted native run that resumes ends bit-identical, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const straight = await train('straight');
    const stop = new AbortController();
    await expect(
      train('interrupted', {
        signal: stop.signal,
        onStep: (epoch, step) => {
          if (epoch === 3 && step === 2) {
            stop.abort(new Error('killed'));
          }
        },
      }),
    ).rejects.toThrow('killed');
    const resumed = await train('interrupted');
    expect(resumed.resumedFromEpoch).toBe(2);
    expect(resumed.modelDigest).toBe(straight.modelDigest);
    expect(resumed.validation).toEqual(straight.validation);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('models/training/train: with ids and histories, too, an interrupted native run ends bit-identical', async () => {
    const dataset = { ...toy, ids: { user: idRows(60), item: idRows(40) } };
    const settings = { ...toySettings, model: { ...toySettings.model, user_history: true } };
    const straight = await train('ids-straight', { dataset, settings });
    await train('ids-resumed', { dataset, settings, epochBudget: 2 });
    const resumed = await train('ids-resumed', { dataset, settings });
    expect(resumed.resumedFromEpoch).toBe(2);
    expect(resumed.modelDigest).toBe(straight.modelDigest);
  });

  it('models/training/checkpoint: one of the native backend goes on in JavaScript, to all but the same result', async () => {
    const native = await train('native');
    await train('moved', { epochBudget: 2 });
    await tf.setBackend('cpu');
    try {
      const moved = await train('moved', { tensorflow: { backend: 'js', library: 'tfjs-backend-cpu' } });
      expect(moved.resumedFromEpoch).toBe(2);
      expect(moved.epochs).toBe(native.epochs);
      expect(Math.abs(moved.bestValLoss - native.bestValLoss)).toBeLessThan(1e-4);
    } finally {
      await tf.setBackend('tensorflow');
    }
  });

  itResumesBitIdentically({ folder: () => join(folder, 'resume'), tensorflow: () => tensorflow });

  it('models/training/train: the tensor count does not grow over 1,000 steps', async () => {
    const counts: number[] = [];
    const stop = new AbortController();
    const training = { ...toySettings.training, num_epochs: 1000, early_stopping_patience: 1000 };
    await expect(
      train('flat', {
        settings: { ...toySettings, training },
        epochBudget: 1000,
        signal: stop.signal,
        onStep: () => {
          counts.push(tf.memory().numTensors);
          if (counts.length === 1000) {
            stop.abort(new Error('enough'));
          }
        },
      }),
    ).rejects.toThrow('enough');
    expect(counts).toHaveLength(1000);
    expect(new Set(counts).size).toBe(1);
  });

  it('models/numerics/product: the mixed product of short numbers is exact, of others it errs as bfloat16 does', () => {
    const backend = nativeBackend();
    if (backend === null) {
      throw new Error('not on libtensorflow');
    }
    const product = createMixedProduct(backend);
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
      const y = tf.tensor2d([1, 0, -2, 3, 4, 1], [3, 2]);
      // [1·1 - 2·2 + 3·4, 2·3 + 3·1], [4·1 - 5·2 + 6·4, 5·3 + 6·1]
      expect([...product(x, y).dataSync()]).toEqual([9, 9, 18, 21]);
      expect([...product(tf.transpose(x), tf.transpose(y), true, true).dataSync()]).toEqual([9, 9, 18, 21]);
      // Eight bits of significand: 1 + 1/512 is 1 to bfloat16.
      const long = product(tf.tensor2d([[1 + 1 / 512]]), tf.tensor2d([[1]]));
      expect(long.dtype).toBe('float32');
      expect([...long.dataSync()]).toEqual([1]);
      long.dispose();
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  describe('in mixed precision', () => {
    const mixed = { ...toySettings, training: { ...toySettings.training, precision: 'mixed' as const } };
    /** What the trainer would be told on a GPU; the operations are the same on a processor. */
    const gpu: TensorflowInfo = { backend: 'gpu', library: 'libtensorflow' };

    it('models/training/train: ends near float32, bit-identical when resumed, and leaves no tensor', async () => {
      const before = tf.memory().numTensors;
      const full = await train('full');
      const straight = await train('mixed', { settings: mixed, tensorflow: gpu });
      expect(straight.precision).toBe('mixed');
      expect(full.precision).toBe('float32');
      expect(straight.bestValLoss).not.toBe(full.bestValLoss);
      expect(Math.abs(straight.bestValLoss - full.bestValLoss)).toBeLessThan(0.01 * full.bestValLoss);
      expect(Math.abs(straight.validation.ndcg_at_10 - full.validation.ndcg_at_10)).toBeLessThan(0.05);
      await train('mixed-resumed', { settings: mixed, tensorflow: gpu, epochBudget: 2 });
      const resumed = await train('mixed-resumed', { settings: mixed, tensorflow: gpu });
      expect(resumed.resumedFromEpoch).toBe(2);
      expect(resumed.modelDigest).toBe(straight.modelDigest);
      expect(tf.memory().numTensors).toBe(before);
    });

    it('models/training/train: without a GPU it trains in float32, and the result says so', async () => {
      const full = await train('full');
      const asked = await train('mixed-asked', { settings: mixed });
      expect(asked.precision).toBe('float32');
      expect(asked.validation).toEqual(full.validation);
    });
  });

  describe('with the default model on the default data', () => {
    let dataset: LoadedDataset;
    let oracle: number;

    beforeAll(async () => {
      const builder = builderIn(join(folder, 'data'));
      const { version } = await builder.encode({ data: dataSettings(), seed: 7 });
      dataset = await openDataset((await builder.findLocal(version)) ?? '');
      const baselines = evaluateBaselines({ dataset, split: 'test', relevanceThreshold: 0.4, seed: 7 });
      oracle = baselines.oracle?.ndcg_at_10 ?? Number.NaN;
    });

    const testNdcg = async (settings: TrialSettings): Promise<number> => {
      const name = settings.training.loss;
      await train(name, { dataset, settings, epochBudget: 50 });
      return (await rankSaved(join(folder, name), dataset, 'test')).summary.ndcg_at_10;
    };

    it('models/training/train: weighted binary cross-entropy reaches a test NDCG@10 of 0.4', async () => {
      expect(await testNdcg(defaults('weighted_bce'))).toBeGreaterThanOrEqual(0.4);
    }, 300_000);

    it("models/training/train: in-batch softmax reaches 80 % of the oracle's", async () => {
      expect((await testNdcg(defaults('in_batch_softmax'))) / oracle).toBeGreaterThanOrEqual(0.8);
    }, 300_000);
  });
});
