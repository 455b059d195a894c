/** AdamW (Loshchilov & Hutter 2019) over one flat parameter vector. */
import * as tf from '@tensorflow/tfjs-core';

export const BETA_1 = 0.9;
export const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** All three [parameterCount]; owned by the state, replaced by every step. */
export interface AdamWState {
  parameters: tf.Tensor1D;
  firstMoment: tf.Tensor1D;
  secondMoment: tf.Tensor1D;
}

export interface AdamWStep {
  readonly learningRate: number;
  /** Decoupled: parameters shrink by learningRate × weightDecay, apart from the gradient. */
  readonly weightDecay: number;
  /** 1-based number of this step, for the bias correction. */
  readonly step: number;
}

/** lr · (m / c1) / (sqrt(v / c2) + ε) = rate · m / (sqrt(v) + epsilon), with c1 and c2 the corrections of the moments. */
export const biasCorrected = ({
  learningRate,
  step,
}: AdamWStep): { readonly rate: number; readonly epsilon: number } => {
  const secondCorrection = Math.sqrt(1 - BETA_2 ** step);
  return {
    rate: (learningRate * secondCorrection) / (1 - BETA_1 ** step),
    epsilon: EPSILON * secondCorrection,
  };
};

/**
 * One step in place: a dozen operations over one long vector instead of a dozen over each of the towers' variables.
 * @param gradient [parameterCount]
 */
export const applyAdamW = (state: AdamWState, gradient: tf.Tensor1D, step: AdamWStep): void => {
  const next = tf.tidy(() => {
    const firstMoment = tf.add(tf.mul(state.firstMoment, BETA_1), tf.mul(gradient, 1 - BETA_1));
    const secondMoment = tf.add(tf.mul(state.secondMoment, BETA_2), tf.mul(tf.square(gradient), 1 - BETA_2));
    const { rate, epsilon } = biasCorrected(step);
    const change = tf.div(firstMoment, tf.add(tf.sqrt(secondMoment), epsilon));
    const decay = 1 - step.learningRate * step.weightDecay;
    const parameters = tf.sub(tf.mul(state.parameters, decay), tf.mul(change, rate));
    return { parameters, firstMoment, secondMoment };
  });
  tf.dispose([state.parameters, state.firstMoment, state.secondMoment]);
  Object.assign(state, next);
};
