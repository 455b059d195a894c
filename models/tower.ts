/** Forward pass of one tower. */
import * as tf from '@tensorflow/tfjs-core';
import type { TowerShape } from './architecture.ts';
import { combineSeeds, createGenerator, STREAM } from './prng.ts';

/** Where a training step stands; decides the dropout masks. */
export interface StepPosition {
  readonly seed: number;
  readonly epoch: number;
  readonly step: number;
}

/**
 * Inverted dropout mask [rows, columns]: 0 with probability `rate`, else 1 / (1 - rate). Drawn here because the random
 * numbers of `tf.dropout` come one by one from a slow generator; one 32-bit draw serves two entries.
 */
const dropoutMask = (rows: number, columns: number, rate: number, seed: number): tf.Tensor2D => {
  const kept = 1 / (1 - rate);
  const limit = Math.round(rate * 0x10000);
  const next = createGenerator(seed);
  const values = new Float32Array(rows * columns);
  for (let index = 0; index < values.length; index += 2) {
    const bits = next();
    values[index] = (bits & 0xffff) < limit ? 0 : kept;
    values[index + 1] = bits >>> 16 < limit ? 0 : kept;
  }
  return tf.tensor2d(values, [rows, columns]);
};

/**
 * Embeddings [rows, embedding_dim] of features [rows, inputDim].
 * @param pieces kernel and bias of each layer in turn
 * @param position null outside training: no dropout
 */
export const towerForward = (
  { layers }: TowerShape,
  pieces: readonly tf.Tensor[],
  features: tf.Tensor2D,
  position: (StepPosition & { readonly tower: number }) | null,
): tf.Tensor2D =>
  layers.reduce<tf.Tensor2D>((input, { isHidden, outputDim, dropoutRate }, index) => {
    const kernel = pieces[2 * index] as tf.Tensor2D;
    const bias = pieces[2 * index + 1] as tf.Tensor1D;
    const linear = tf.fused.matMul({ a: input, b: kernel, bias }) as tf.Tensor2D;
    if (!isHidden) {
      return linear;
    }
    const output = tf.relu(linear);
    if (position === null || dropoutRate === 0) {
      return output;
    }
    const { seed, epoch, step, tower } = position;
    const maskSeed = combineSeeds(seed, STREAM.dropout, epoch, step, tower, index);
    return tf.mul<tf.Tensor2D>(output, dropoutMask(output.shape[0], outputDim, dropoutRate, maskSeed));
  }, features);

const NORM_EPSILON = 1e-12;

/** Rows scaled to length 1, [rows, dim]; a row of zeros stays zero. */
export const normaliseRows = (embeddings: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(embeddings, tf.rsqrt(tf.add(tf.sum(tf.square(embeddings), 1, true), NORM_EPSILON)));
