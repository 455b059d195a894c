/** Forward pass of one tower. */
import * as tf from '@tensorflow/tfjs-core';
import type { TowerShape } from './architecture.ts';
import { dense } from './dense.ts';
import { drawDropout } from './dropout.ts';
import { combineSeeds, STREAM } from './prng.ts';

/** Where a training step stands; decides the dropout masks. */
export interface StepPosition {
  readonly seed: number;
  readonly epoch: number;
  readonly step: number;
}

const maskSeed = ({ seed, epoch, step, tower }: StepPosition & { readonly tower: number }, layer: number): number =>
  combineSeeds(seed, STREAM.dropout, epoch, step, tower, layer);

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
    const isDropping = position !== null && dropoutRate > 0;
    return dense({
      input,
      isInputConstant: index === 0,
      kernel: pieces[2 * index] as tf.Tensor2D,
      bias: pieces[2 * index + 1] as tf.Tensor1D,
      isHidden,
      dropout: isDropping ? drawDropout(input.shape[0], outputDim, dropoutRate, maskSeed(position, index)) : null,
    });
  }, features);

/**
 * Rows of an id embedding, [rows.length, embedding_dim]; zeros for row 0, the unknown ids.
 * @param table [ids, embedding_dim], which starts with row 1
 */
export const lookUpIds = (table: tf.Tensor2D, rows: Int32Array): tf.Tensor2D => {
  const found = tf.gather(
    table,
    tf.tensor1d(
      rows.map((row) => Math.max(0, row - 1)),
      'int32',
    ),
  );
  if (!rows.includes(0)) {
    return found;
  }
  const known = Float32Array.from(rows, (row) => (row > 0 ? 1 : 0));
  return tf.mul<tf.Tensor2D>(found, tf.tensor2d(known, [rows.length, 1]));
};

const NORM_EPSILON = 1e-12;

/** Rows scaled to length 1, [rows, dim]; a row of zeros stays zero. */
export const normaliseRows = (embeddings: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(embeddings, tf.rsqrt(tf.add(tf.sum(tf.square(embeddings), 1, true), NORM_EPSILON)));
