/** Forward pass of one tower. */
import * as tf from '@tensorflow/tfjs-core';
import { combineSeeds, STREAM } from '../numerics/prng.ts';
import type { Product } from '../numerics/product.ts';
import type { TowerShape } from './architecture.ts';
import { activated, dense } from './dense.ts';
import { type Dropout, drawDropout } from './dropout.ts';
import { NORM_EPSILON } from './user-vector.ts';

/** Where a training step stands; decides the dropout masks. */
export interface StepPosition {
  readonly seed: number;
  readonly epoch: number;
  readonly step: number;
}

/** Parameters of one layer. */
export interface LayerParameters {
  readonly kernel: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
  /** null without layer normalisation. */
  readonly norm: { readonly gain: tf.Tensor1D; readonly offset: tf.Tensor1D } | null;
}

export interface TowerInput {
  /** Of all entities, [entities, inputDim] */
  readonly features: tf.Tensor2D;
  /** The entities to embed, [rows] */
  readonly index: Int32Array;
  /** By layer; null where nothing is dropped, as everywhere outside training. */
  readonly dropouts: readonly (Dropout | null)[];
  /** What the portable towers multiply with. */
  readonly product: Product;
}

/** What a training step drops in a tower of `rows` entities. */
export const drawDropouts = (
  { layers }: TowerShape,
  rows: number,
  { seed, epoch, step, tower }: StepPosition & { readonly tower: number },
): readonly (Dropout | null)[] =>
  layers.map(({ outputDim, dropoutRate }, layer) =>
    dropoutRate === 0
      ? null
      : drawDropout(rows, outputDim, dropoutRate, combineSeeds(seed, STREAM.dropout, epoch, step, tower, layer)),
  );

/** As in tfjs-layers' LayerNormalization, which loads the saved model. */
export const LAYER_NORM_EPSILON = 1e-5;

/** Each row at mean 0 and variance 1, then scaled and moved (Ba et al. 2016). [rows, dim] */
const normaliseLayer = (input: tf.Tensor2D, { gain, offset }: NonNullable<LayerParameters['norm']>): tf.Tensor2D => {
  const { mean, variance } = tf.moments(input, 1, true);
  const scaled = tf.mul(tf.sub(input, mean), tf.rsqrt(tf.add(variance, LAYER_NORM_EPSILON)));
  return tf.add(tf.mul(scaled, gain), offset);
};

/** Embeddings [rows, embedding_dim]; the reference of `native-towers.ts`. */
export const towerForward = (
  shape: TowerShape,
  layers: readonly LayerParameters[],
  { features, index: entities, dropouts, product }: TowerInput,
): tf.Tensor2D =>
  shape.layers.reduce<tf.Tensor2D>(
    (input, { isHidden }, index) => {
      const { activation } = shape;
      const { kernel, bias, norm } = layers[index] as LayerParameters;
      const dropout = dropouts[index] ?? null;
      const linear = { input, isInputConstant: index === 0, kernel, bias, product };
      return isHidden && norm !== null
        ? activated(normaliseLayer(dense({ ...linear, activation: null, dropout: null }), norm), activation, dropout)
        : dense({ ...linear, activation: isHidden ? activation : null, dropout });
    },
    tf.gather(features, tf.tensor1d(entities, 'int32')),
  );

/** Rows scaled to length 1, [rows, dim]; a row of zeros stays zero. */
export const normaliseRows = (embeddings: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(embeddings, tf.rsqrt(tf.add(tf.sum(tf.square(embeddings), 1, true), NORM_EPSILON)));
