/** Losses over the dense score matrix of a batch. Each returns a scalar and can be differentiated. */
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of all operations, which tfjs-core alone leaves out.
import '@tensorflow/tfjs-layers';

export interface LossInput {
  /** Dot products [users, items]. */
  readonly scores: tf.Tensor2D;
  /** As in Batch, [users, items] each. */
  readonly targets: tf.Tensor2D;
  readonly weights: tf.Tensor2D;
  readonly positives: tf.Tensor2D;
  /** Log probability of each item to be in the batch, [1, items]. */
  readonly logInclusion: tf.Tensor2D;
  readonly temperature: number;
}

/**
 * Binary cross-entropy of sigmoid(score) against the label, each pair weighted by the strength of its interactions,
 * divided by the summed weight. In the form max(x, 0) - x·y + log(1 + exp(-|x|)), which neither overflows nor underflows.
 */
export const weightedBinaryCrossEntropy = ({ scores, targets, weights }: LossInput): tf.Scalar => {
  const stable = tf.add(tf.sub(tf.relu(scores), tf.mul(scores, targets)), tf.log1p(tf.exp(tf.neg(tf.abs(scores)))));
  return tf.div(tf.sum(tf.mul(weights, stable)), tf.sum(weights));
};

const TINY = 1e-12;

/**
 * Softmax over the items of the batch (Yi et al., RecSys 2019): scores / temperature, minus the log probability of an
 * item to be in the batch, which removes the bias towards frequent items. The denominator of a pair (u, i) holds i and
 * the items that u has not met with a positive label, so other positives of u never count as negatives. Pairs are
 * weighted by weight × label.
 */
export const inBatchSoftmax = (input: LossInput): tf.Scalar => {
  const { targets, weights, positives, logInclusion, temperature } = input;
  const logits = tf.sub(tf.div(input.scores, temperature), logInclusion);
  // Any shift gives the same loss; the row's maximum keeps the exponentials in range.
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const exponentials = tf.exp(shifted);
  const others = tf.sum(tf.mul(exponentials, tf.sub(1, positives)), 1, true);
  const pairLoss = tf.sub(tf.log(tf.add(exponentials, others)), shifted);
  const pairWeights = tf.mul(tf.mul(weights, targets), positives);
  return tf.div(tf.sum(tf.mul(pairWeights, pairLoss)), tf.maximum(tf.sum(pairWeights), TINY));
};
