/** Forward pass of one tower. */
import * as tf from '@tensorflow/tfjs-core';
import type { TowerShape } from './architecture.ts';
import { activated, dense } from './dense.ts';
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

/** Parameters of one layer. */
export interface LayerParameters {
  readonly kernel: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
  /** null without layer normalisation. */
  readonly norm: { readonly gain: tf.Tensor1D; readonly offset: tf.Tensor1D } | null;
}

/** As in tfjs-layers' LayerNormalization, which loads the saved model. */
export const LAYER_NORM_EPSILON = 1e-5;

/** Each row at mean 0 and variance 1, then scaled and moved (Ba et al. 2016). [rows, dim] */
const normaliseLayer = (input: tf.Tensor2D, { gain, offset }: NonNullable<LayerParameters['norm']>): tf.Tensor2D => {
  const { mean, variance } = tf.moments(input, 1, true);
  const scaled = tf.mul(tf.sub(input, mean), tf.rsqrt(tf.add(variance, LAYER_NORM_EPSILON)));
  return tf.add(tf.mul(scaled, gain), offset);
};

/**
 * Embeddings [rows, embedding_dim] of features [rows, inputDim].
 * @param position null outside training: no dropout
 */
export const towerForward = (
  { layers, activation }: TowerShape,
  parameters: readonly LayerParameters[],
  features: tf.Tensor2D,
  position: (StepPosition & { readonly tower: number }) | null,
): tf.Tensor2D =>
  layers.reduce<tf.Tensor2D>((input, { isHidden, outputDim, dropoutRate }, index) => {
    const { kernel, bias, norm } = parameters[index] as LayerParameters;
    const isDropping = position !== null && dropoutRate > 0;
    const dropout = isDropping ? drawDropout(input.shape[0], outputDim, dropoutRate, maskSeed(position, index)) : null;
    const linear = { input, isInputConstant: index === 0, kernel, bias };
    return isHidden && norm !== null
      ? activated(normaliseLayer(dense({ ...linear, activation: null, dropout: null }), norm), activation, dropout)
      : dense({ ...linear, activation: isHidden ? activation : null, dropout });
  }, features);

/**
 * Rows of an id embedding, [rows.length, embedding_dim].
 * @param table [ids, embedding_dim]; row 0 is that of unknown ids
 * @param isUnknownTrained whether row 0 gets a gradient
 */
export const lookUpIds = (table: tf.Tensor2D, rows: Int32Array, isUnknownTrained: boolean): tf.Tensor2D => {
  const found = tf.gather(table, tf.tensor1d(rows, 'int32'));
  if (isUnknownTrained || !rows.includes(0)) {
    return found;
  }
  const known = Float32Array.from(rows, (row) => (row > 0 ? 1 : 0));
  return tf.mul<tf.Tensor2D>(found, tf.tensor2d(known, [rows.length, 1]));
};

const NORM_EPSILON = 1e-12;

/** Rows scaled to length 1, [rows, dim]; a row of zeros stays zero. */
export const normaliseRows = (embeddings: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(embeddings, tf.rsqrt(tf.add(tf.sum(tf.square(embeddings), 1, true), NORM_EPSILON)));
