import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createOptimiser } from '../../../models/optimiser/create-optimiser.ts';
import type { OptimiserVectors } from '../../../models/optimiser/optimiser.ts';

const start = (): OptimiserVectors => ({
  parameters: Float32Array.of(1, -2),
  firstMoment: new Float32Array(2),
  secondMoment: new Float32Array(2),
});

const STEP = { learningRate: 0.1, weightDecay: 0.01 };

const run = (vectors: OptimiserVectors, steps: readonly number[]): OptimiserVectors => {
  const optimiser = createOptimiser(vectors);
  for (const step of steps) {
    const gradient = tf.tensor1d([0.5, Math.sin(step)]);
    optimiser.apply(gradient, { ...STEP, step });
    gradient.dispose();
  }
  const after = optimiser.read();
  optimiser.dispose();
  return after;
};

describe('models/optimiser', () => {
  it('one step worked out by hand, moments included', () => {
    const { parameters, firstMoment, secondMoment } = run(start(), [1]);
    // m = 0.1 · 0.5 = 0.05, v = 0.001 · 0.25 = 0.00025, p = 1 · (1 - 0.001) - 0.1 · 0.5 / 0.5 = 0.899.
    expect(parameters[0]).toBeCloseTo(0.899, 6);
    expect(firstMoment[0]).toBeCloseTo(0.05, 7);
    expect(secondMoment[0]).toBeCloseTo(0.00025, 8);
  });

  it('goes on from what it read exactly as if it had not stopped', () => {
    expect(run(run(start(), [1, 2, 3]), [4, 5])).toEqual(run(start(), [1, 2, 3, 4, 5]));
  });

  it('what it was given and what it read stay as they are, and no tensor remains', () => {
    const before = tf.memory().numTensors;
    const given = start();
    const optimiser = createOptimiser(given);
    const first = optimiser.read();
    const gradient = tf.tensor1d([1, 1]);
    optimiser.apply(gradient, { ...STEP, step: 1 });
    expect(first.parameters).toEqual(given.parameters);
    expect(given).toEqual(start());
    expect(optimiser.read().parameters).not.toEqual(given.parameters);
    gradient.dispose();
    optimiser.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
