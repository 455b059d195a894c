/** One dense layer with a gradient of its own: the result of tfjs' automatic one without the work that nobody uses. */
import * as tf from '@tensorflow/tfjs-core';
import type { Dropout } from './dropout.ts';

export interface DenseInput {
  /** [rows, inputDim] */
  readonly input: tf.Tensor2D;
  /** Whether nothing before this layer learns, so that nobody needs the gradient of `input`. */
  readonly isInputConstant: boolean;
  /** [inputDim, outputDim] */
  readonly kernel: tf.Tensor2D;
  /** [outputDim] */
  readonly bias: tf.Tensor1D;
  /** ReLU, then dropout; else linear. */
  readonly isHidden: boolean;
  /** null outside training, and where nothing is dropped. */
  readonly dropout: Dropout | null;
}

type Saver = (tensors: tf.Tensor[]) => void;

/**
 * [rows, outputDim]. Measured per step of the default model on one core: tf.fused.matMul always computes the gradient
 * of its input, which the first layer of each tower throws away (5 ms); tf.step in ReLU's gradient takes ten times as
 * long as tf.sign (3 ms).
 */
export const dense = ({ input, isInputConstant, kernel, bias, isHidden, dropout }: DenseInput): tf.Tensor2D => {
  const forward = (): tf.Tensor2D => {
    const linear = tf.add<tf.Tensor2D>(tf.matMul(input, kernel), bias);
    const active = isHidden ? tf.relu(linear) : linear;
    return dropout === null ? active : tf.mul<tf.Tensor2D>(active, dropout.mask);
  };
  // An output is 0 where ReLU was off or dropout hit, else positive: its sign is the whole layer's derivative, up to
  // dropout's constant factor.
  const throughActivation = (dy: tf.Tensor2D, output: tf.Tensor2D): tf.Tensor2D => {
    const gated = isHidden ? tf.mul<tf.Tensor2D>(dy, tf.sign(output)) : dy;
    return dropout === null ? gated : tf.mul<tf.Tensor2D>(gated, dropout.scale);
  };
  const layer = tf.customGrad((...args) => {
    const save = args.at(-1) as Saver;
    const value = forward();
    save([input, kernel, value]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [savedInput, savedKernel, output] = saved as tf.Tensor2D[];
        const gradient = throughActivation(dy as tf.Tensor2D, output as tf.Tensor2D);
        const ofParameters = [tf.matMul(savedInput as tf.Tensor2D, gradient, true, false), tf.sum(gradient, 0)];
        return isInputConstant
          ? ofParameters
          : [tf.matMul(gradient, savedKernel as tf.Tensor2D, false, true), ...ofParameters];
      },
    };
  });
  return (isInputConstant ? layer(kernel, bias) : layer(input, kernel, bias)) as tf.Tensor2D;
};
