/** What every implementation of the optimiser offers: it owns parameters and moments. */
import type * as tf from '@tensorflow/tfjs-core';
import type { AdamWStep } from './adamw.ts';

/** All three [parameterCount]. */
export interface OptimiserVectors {
  readonly parameters: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

export interface Optimiser {
  /** The current parameters, [parameterCount]; the caller disposes the tensor, and does so before `apply`. */
  parameters(): tf.Tensor1D;
  /** @param gradient [parameterCount], stays the caller's */
  apply(gradient: tf.Tensor1D, step: AdamWStep): void;
  /** Copies, for a checkpoint. */
  read(): OptimiserVectors;
  dispose(): void;
}
