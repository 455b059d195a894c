import * as tf from '@tensorflow/tfjs-core';

/**
 * The values of the tensor that `compute` returns, as a copy of their own; every tensor on the way is freed. An array
 * must not be returned through `tf.tidy` itself, which would search it number by number for tensors (0.3 s a million).
 */
export const computeValues = (compute: () => tf.Tensor): Float32Array => {
  const tensor = tf.tidy(compute);
  try {
    return tensor.dataSync<'float32'>().slice();
  } finally {
    tensor.dispose();
  }
};
