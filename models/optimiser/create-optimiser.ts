/** Chooses how the backend best updates parameters and moments. */
import * as tf from '@tensorflow/tfjs-core';
import { nativeBackend } from '../numerics/native-backend.ts';
import { applyAdamW } from './adamw.ts';
import { createNativeOptimiser } from './native-adamw.ts';
import type { Optimiser, OptimiserVectors } from './optimiser.ts';

/** The reference: plain tensor operations, on any backend. */
export const createPortableOptimiser = (vectors: OptimiserVectors): Optimiser => {
  const state = {
    parameters: tf.tensor1d(vectors.parameters),
    firstMoment: tf.tensor1d(vectors.firstMoment),
    secondMoment: tf.tensor1d(vectors.secondMoment),
  };
  const copy = (tensor: tf.Tensor1D): Float32Array => tensor.dataSync<'float32'>().slice();
  return {
    parameters: () => tf.clone(state.parameters),
    apply: (gradient, step) => applyAdamW(state, gradient, step),
    read: () => ({
      parameters: copy(state.parameters),
      firstMoment: copy(state.firstMoment),
      secondMoment: copy(state.secondMoment),
    }),
    dispose: () => tf.dispose([state.parameters, state.firstMoment, state.secondMoment]),
  };
};

export const createOptimiser = (vectors: OptimiserVectors): Optimiser => {
  const backend = nativeBackend();
  return backend === null ? createPortableOptimiser(vectors) : createNativeOptimiser(backend, vectors);
};
