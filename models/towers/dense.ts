/** One dense layer with a gradient of its own: the result of tfjs' automatic one without the work that nobody uses. */
import * as tf from '@tensorflow/tfjs-core';
import type { Product } from '../numerics/product.ts';
import { type Activated, type ActivationName, activate } from './activation.ts';
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
  /** null: linear, and nothing is dropped. */
  readonly activation: ActivationName | null;
  /** null outside training, and where nothing is dropped. */
  readonly dropout: Dropout | null;
  readonly product: Product;
}

type Saver = (tensors: tf.Tensor[]) => void;

/**
 * [rows, outputDim]. tf.fused.matMul always computes the gradient of its input, which the first layer of each tower
 * throws away: 5 ms per step of the default model on one core.
 */
export const dense = ({
  input,
  isInputConstant,
  kernel,
  bias,
  activation,
  dropout,
  product,
}: DenseInput): tf.Tensor2D => {
  const forward = (): Activated => {
    const linear = tf.add<tf.Tensor2D>(product(input, kernel), bias);
    return activation === null
      ? { value: linear, kept: linear, derivative: (dy) => dy }
      : activate(linear, activation, dropout);
  };
  const layer = tf.customGrad((...args) => {
    const save = args.at(-1) as Saver;
    const { value, kept, derivative } = forward();
    save([input, kernel, kept]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [savedInput, savedKernel, savedKept] = saved as tf.Tensor2D[];
        const gradient = derivative(dy as tf.Tensor2D, savedKept as tf.Tensor2D);
        const ofParameters = [product(savedInput as tf.Tensor2D, gradient, true, false), tf.sum(gradient, 0)];
        return isInputConstant
          ? ofParameters
          : [product(gradient, savedKernel as tf.Tensor2D, false, true), ...ofParameters];
      },
    };
  });
  return (isInputConstant ? layer(kernel, bias) : layer(input, kernel, bias)) as tf.Tensor2D;
};

/** The activation of a layer that something else stands before, such as a normalisation. [rows, dim] */
export const activated = (input: tf.Tensor2D, activation: ActivationName, dropout: Dropout | null): tf.Tensor2D =>
  tf.customGrad((...args) => {
    const [given, save] = args as unknown as [tf.Tensor2D, Saver];
    const { value, kept, derivative } = activate(given, activation, dropout);
    save([kept]);
    return { value, gradFunc: (dy, [saved]) => derivative(dy as tf.Tensor2D, saved as tf.Tensor2D) };
  })(input) as tf.Tensor2D;
