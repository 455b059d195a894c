import { readdir } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { float32Product } from '../../../models/numerics/product.ts';
import {
  type Architecture,
  createArchitecture,
  initialParameters,
  SIDES,
  type Side,
} from '../../../models/towers/architecture.ts';
import { compileTowers } from '../../../models/towers/native-towers.ts';
import { drawDropouts, type TowerInput } from '../../../models/towers/tower.ts';
import { towersForward } from '../../../models/training/two-tower.ts';
import { activateBackend } from '../../support/activate-backend.ts';
import { MODEL_SETTINGS, resolvedConfig } from '../../support/experiment-fixtures.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

type Inputs = Readonly<Record<Side, TowerInput>>;
type Embeddings = Readonly<Record<Side, tf.Tensor2D | null>>;

const ENTITIES = { user: 30, item: 20 };
const FEATURE_DIMS = { user: 24, item: 17 };

const architectureOf = (model: Partial<typeof MODEL_SETTINGS>): Architecture =>
  createArchitecture(
    FEATURE_DIMS,
    { user: null, item: null },
    { model: { ...MODEL_SETTINGS, embedding_dim: 8, ...model }, training: resolvedConfig().training },
  );

/** Weighs each output differently, so that a mixed-up row or side changes the sum. */
const weighted = (embeddings: tf.Tensor2D | null, phase: number): tf.Scalar => {
  if (embeddings === null) {
    throw new Error('got no embeddings of a side with layers');
  }
  const weights = Float32Array.from({ length: embeddings.size }, (_, index) => Math.sin(index + phase));
  return tf.sum(tf.mul(embeddings, tf.tensor2d(weights, embeddings.shape)));
};

const inputsOf = (architecture: Architecture, step: number): Inputs => {
  const inputOf = (side: Side): TowerInput => {
    const tower = SIDES.indexOf(side);
    const index = Int32Array.from({ length: 12 - tower + step }, (_, row) => (row * 7 + step) % ENTITIES[side]);
    const values = Float32Array.from({ length: ENTITIES[side] * FEATURE_DIMS[side] }, (_, cell) =>
      Math.cos(cell * 1.7),
    );
    return {
      features: tf.tensor2d(values, [ENTITIES[side], FEATURE_DIMS[side]]),
      index,
      product: float32Product,
      dropouts: drawDropouts(architecture[side], index.length, { seed: 4, epoch: 1, step, tower }),
    };
  };
  return { user: inputOf('user'), item: inputOf('item') };
};

const valueAndGradient = (
  layers: Float32Array,
  inputs: Inputs,
  forward: (flat: tf.Tensor1D, given: Inputs) => Embeddings,
): { value: number; gradient: Float32Array } =>
  tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad((flat: tf.Tensor1D) => {
      const { user, item } = forward(flat, inputs);
      return tf.add<tf.Scalar>(weighted(user, 0), weighted(item, 1));
    })(tf.tensor1d(layers));
    return { value: value.dataSync()[0] ?? Number.NaN, gradient: grad.dataSync<'float32'>().slice() };
  });

const largestDifference = (left: Float32Array, right: Float32Array): number =>
  left.reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] ?? Number.NaN))), 0);

describe('models/native-towers', () => {
  let scratch: string;

  beforeAll(async () => {
    await activateBackend('native');
    scratch = await temporaryFolder('tt-exp-native-towers-');
  });

  it.each([
    {
      name: 'hidden layers with dropout',
      model: { hidden_dims: [32, 16], dropout_rate: 0.3, dropout_rate_middle: 0.2 },
    },
    { name: 'hidden layers without dropout', model: { hidden_dims: [16], dropout_rate: 0, dropout_rate_middle: 0 } },
    { name: 'no hidden layer', model: { hidden_dims: [] } },
  ])('$name: value and gradient are those of the portable towers, for batches of any size', async ({ model }) => {
    const architecture = architectureOf(model);
    const towers = compileTowers(architecture, scratch);
    expect(await readdir(scratch)).toEqual([]);
    if (towers === null) {
      throw new Error('got no graph, expected one on libtensorflow');
    }
    const parameters = initialParameters(architecture, 3, 1);
    // Biases begin at 0, which would hide their part.
    const layers = parameters.map((value, index) => value + 0.01 * Math.sin(index));
    const before = tf.memory().numTensors;
    for (let step = 0; step < 3; step += 1) {
      tf.tidy(() => {
        const inputs = inputsOf(architecture, step);
        const graph = valueAndGradient(layers, inputs, towers.forward);
        const portable = valueAndGradient(layers, inputs, (flat, given) => towersForward(architecture, flat, given));
        expect(Math.abs(graph.value - portable.value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(portable.value)));
        expect(graph.gradient).toHaveLength(architecture.layerParameterCount);
        expect(largestDifference(graph.gradient, portable.gradient)).toBeLessThan(1e-5);
        expect(Math.max(...graph.gradient)).toBeGreaterThan(0.1);
      });
    }
    expect(tf.memory().numTensors).toBe(before);
    towers.dispose();
  });

  it('are left to the portable towers for shapes that have no graph', () => {
    expect(compileTowers(architectureOf({ activation: 'gelu' }), scratch)).toBeNull();
    expect(compileTowers(architectureOf({ layer_norm: true }), scratch)).toBeNull();
  });
});
