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

const NORM_EPSILON = 1e-12;

/** Rows scaled to length 1, [rows, dim]; a row of zeros stays zero. */
export const normaliseRows = (embeddings: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(embeddings, tf.rsqrt(tf.add(tf.sum(tf.square(embeddings), 1, true), NORM_EPSILON)));
