import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createPortableOptimiser } from '../../../models/optimiser/create-optimiser.ts';
import type { OptimiserVectors } from '../../../models/optimiser/optimiser.ts';
import { type Architecture, createArchitecture } from '../../../models/towers/architecture.ts';
import { singleRows } from '../../../models/towers/bags.ts';
import {
  createParameterStore,
  type Parts,
  type TableBags,
  tensorsOf,
} from '../../../models/training/parameter-store.ts';
import { MODEL_SETTINGS, resolvedConfig } from '../../support/experiment-fixtures.ts';

const STEP = { learningRate: 0.1, weightDecay: 0.01, clipNorm: 0 };

const vectorsOf = (size: number): OptimiserVectors => ({
  parameters: Float32Array.from({ length: size }, (_, index) => Math.sin(index + 1)),
  firstMoment: new Float32Array(size),
  secondMoment: new Float32Array(size),
});

const table = (rows: number) => ({ size: rows, rows: Int32Array.from({ length: rows - 1 }, (_, row) => row + 1) });

/** Layers of 3 → 2, 4 and 3 rows of ids, and a temperature. */
const architectureOf = (dims: { user: number; item: number }): Architecture =>
  createArchitecture(
    dims,
    { user: table(4), item: table(3) },
    {
      model: { ...MODEL_SETTINGS, hidden_dims: [], embedding_dim: 2, normalisation: 'l2' },
      training: { ...resolvedConfig().training, learn_temperature: dims.user > 0 },
    },
  );

const bagsOf = (...rows: readonly (readonly number[])[]): TableBags =>
  rows.map((ofTable) => singleRows(Int32Array.from(ofTable), true));

const ALL = bagsOf([0, 1, 2, 3], [0, 1, 2]);

/** Gradients in the places of a flat vector: its first and its last part, and the tables between them. */
const gradientsIn = (flat: Float32Array, layers: number, tables: readonly [number, number][]): Parts => {
  const begin = layers + tables.reduce((sum, [rows, dim]) => sum + rows * dim, 0);
  const rest = [...flat.subarray(0, layers), ...flat.subarray(begin)];
  let at = layers;
  return {
    flat: rest.length === 0 ? null : tf.tensor1d(rest),
    sums: tables.map(([rows, dim]) => {
      at += rows * dim;
      return tf.tensor2d(flat.slice(at - rows * dim, at), [rows, dim]);
    }),
  };
};

const TABLES: readonly [number, number][] = [
  [4, 2],
  [3, 2],
];

describe('models/parameter-store', () => {
  it.each([
    ['layers, tables and a temperature', { user: 3, item: 3 }, 0],
    ['tables alone', { user: 0, item: 0 }, 0],
    ['layers and tables with a clipped gradient', { user: 3, item: 3 }, 0.5],
    ['tables alone with a clipped gradient', { user: 0, item: 0 }, 0.5],
  ])('with every row in use %s change as under the flat reference', (_name, dims, clipNorm) => {
    const architecture = architectureOf(dims);
    const given = vectorsOf(architecture.parameterCount);
    const store = createParameterStore(architecture, given);
    const reference = createPortableOptimiser(given);
    const before = tf.memory().numTensors;
    for (const step of [1, 2, 3]) {
      const flat = Float32Array.from({ length: architecture.parameterCount }, (_, index) => Math.cos(index * step));
      const length = Math.sqrt(flat.reduce((sum, value) => sum + value * value, 0));
      const gradients = gradientsIn(flat, architecture.layerParameterCount, TABLES);
      store.apply(gradients, ALL, { ...STEP, step, clipNorm });
      const whole = tf.tensor1d(flat.map((value) => (clipNorm === 0 ? value : (value * clipNorm) / length)));
      reference.apply(whole, { ...STEP, step });
      tf.dispose([whole, ...tensorsOf(gradients)]);
    }
    expect(tf.memory().numTensors).toBe(before);
    const own = store.read();
    for (const name of ['parameters', 'firstMoment', 'secondMoment'] as const) {
      const wanted = reference.read()[name];
      expect(own[name]).toHaveLength(architecture.parameterCount);
      own[name].forEach((value, index) => {
        expect(value).toBeCloseTo(wanted[index] ?? Number.NaN, 6);
      });
    }
    store.dispose();
    reference.dispose();
  });

  it('takes layers with the temperature, and what is looked up in each table', () => {
    const architecture = architectureOf({ user: 3, item: 3 });
    const { parameters } = vectorsOf(architecture.parameterCount);
    const store = createParameterStore(architecture, vectorsOf(architecture.parameterCount));
    const { flat, sums } = store.take([singleRows(Int32Array.of(3, 0), true), null]);
    // Layers: (3 · 2 + 2) numbers a side; then 4 rows of users, 3 of items, 2 numbers each; then the temperature.
    expect([...(flat?.dataSync() ?? [])]).toEqual([...parameters.subarray(0, 16), ...parameters.subarray(30)]);
    expect(sums.map((tensor) => tensor && [...tensor.dataSync()])).toEqual([
      [...parameters.subarray(22, 24), ...parameters.subarray(16, 18)],
      null,
    ]);
    tf.dispose([...tensorsOf({ flat, sums })]);
    store.dispose();
  });

  it('goes on from what it read exactly as if it had not stopped', () => {
    const architecture = architectureOf({ user: 3, item: 3 });
    const run = (vectors: OptimiserVectors, steps: readonly number[]): OptimiserVectors => {
      const store = createParameterStore(architecture, vectors);
      for (const step of steps) {
        const bags = bagsOf([0, step], [0, 1 + (step % 2)]);
        const parts = store.take(bags);
        store.apply(parts, bags, { ...STEP, step });
        tf.dispose([...tensorsOf(parts)]);
      }
      const after = store.read();
      store.dispose();
      return after;
    };
    const given = vectorsOf(architecture.parameterCount);
    expect(run(run(given, [1, 2]), [3])).toEqual(run(given, [1, 2, 3]));
    expect(given).toEqual(vectorsOf(architecture.parameterCount));
  });
});
