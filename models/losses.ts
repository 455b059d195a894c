/**
 * Losses over the dense score matrix of a batch. Each returns a scalar and brings its gradient in closed form, which
 * costs four to eight operations over the matrix where automatic differentiation takes thirty.
 */
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of all operations, which tfjs-core alone leaves out.
import '@tensorflow/tfjs-layers';

export interface LossInput {
  /** Dot products, or cosine similarities divided by the temperature, [users, items]. */
  readonly scores: tf.Tensor2D;
  /** As in Batch, [users, items] each. */
  readonly targets: tf.Tensor2D;
  readonly weights: tf.Tensor2D;
}

export interface SoftmaxInput extends LossInput {
  /** As in Batch, [users, items]. */
  readonly positives: tf.Tensor2D;
  /** Log probability of each item to be in the batch, [1, items]. */
  readonly logInclusion: tf.Tensor2D;
}

interface ValueAndGradient {
  readonly value: tf.Scalar;
  /** Of the scores, [users, items]. */
  readonly gradient: tf.Tensor2D;
}

/** A scalar function of `scores` with the gradient that `compute` finds on the way. */
const withGradient = (scores: tf.Tensor2D, compute: (scores: tf.Tensor2D) => ValueAndGradient): tf.Scalar =>
  tf.customGrad((...args) => {
    const [given, save] = args as unknown as [tf.Tensor2D, (tensors: tf.Tensor[]) => void];
    const { value, gradient } = compute(given);
    save([gradient]);
    return { value, gradFunc: (dy, [saved]) => tf.mul(dy as tf.Scalar, saved as tf.Tensor2D) };
  })(scores) as tf.Scalar;

const TINY = 1e-12;

/**
 * Binary cross-entropy of sigmoid(score) against the label, each pair weighted by the strength of its interactions,
 * divided by the summed weight: softplus(x) - x·y.
 */
export const weightedBinaryCrossEntropy = ({ scores, targets, weights }: LossInput): tf.Scalar =>
  withGradient(scores, (x) => {
    const shares = tf.div<tf.Tensor2D>(weights, tf.maximum(tf.sum(weights), TINY));
    const stable = tf.sub(tf.softplus(x), tf.mul(x, targets));
    return {
      value: tf.sum(tf.mul(shares, stable)),
      gradient: tf.mul(shares, tf.sub(tf.sigmoid(x), targets)),
    };
  });

/**
 * Softmax over the items of the batch (Yi et al., RecSys 2019): scores minus the log probability of an
 * item to be in the batch, which removes the bias towards frequent items. The denominator of a pair (u, i) holds i and
 * the items that u has not met with a positive label, so other positives of u never count as negatives. Pairs are
 * weighted by weight × label.
 */
export const inBatchSoftmax = ({ scores, ...input }: SoftmaxInput): tf.Scalar =>
  withGradient(scores, (x) => {
    const logits = tf.sub<tf.Tensor2D>(x, input.logInclusion);
    // Any shift gives the same loss; the row's maximum keeps the exponentials in range.
    const shifted = tf.sub<tf.Tensor2D>(logits, tf.max(logits, 1, true));
    const exponentials = tf.exp(shifted);
    const ofNegatives = tf.mul<tf.Tensor2D>(exponentials, tf.sub(1, input.positives));
    const denominators = tf.add(exponentials, tf.add(tf.sum(ofNegatives, 1, true), TINY));
    const pairWeights = tf.mul<tf.Tensor2D>(input.weights, input.targets);
    const shares = tf.div<tf.Tensor2D>(pairWeights, tf.maximum(tf.sum(pairWeights), TINY));
    // With share s, exponential e and denominator d of a pair: the pair's own logit gets s·(e/d - 1), and every negative
    // of the row its exponential times the row's sum of s/d.
    const perDenominator = tf.div<tf.Tensor2D>(shares, denominators);
    const own = tf.sub(tf.mul(perDenominator, exponentials), shares);
    const others = tf.mul(ofNegatives, tf.sum(perDenominator, 1, true));
    return {
      value: tf.sum(tf.mul(shares, tf.sub(tf.log(denominators), shifted))),
      gradient: tf.add(own, others),
    };
  });

/** Pairs of cells of the score matrix, numbered row by row: the first shall have the higher score. */
export interface Comparisons {
  readonly better: Int32Array;
  readonly worse: Int32Array;
  readonly weights: Float32Array;
}

/**
 * Bayesian personalised ranking (Rendle et al., UAI 2009): -log sigmoid(better - worse), weighted, divided by the summed
 * weight. Without comparisons 0.
 */
export const bayesianPersonalisedRanking = (scores: tf.Tensor2D, comparisons: Comparisons): tf.Scalar =>
  withGradient(scores, (x) => {
    const { better, worse, weights } = comparisons;
    if (better.length === 0) {
      return { value: tf.scalar(0), gradient: tf.zerosLike(x) };
    }
    const flat = tf.reshape(x, [-1]);
    const cells = tf.tensor1d(Int32Array.from([...better, ...worse]), 'int32');
    const [upper, lower] = tf.split(tf.gather(flat, cells), 2) as [tf.Tensor1D, tf.Tensor1D];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const shares = tf.tensor1d(weights.map((weight) => weight / Math.max(TINY, total)));
    const difference = tf.sub<tf.Tensor1D>(upper, lower);
    const pull = tf.mul<tf.Tensor1D>(shares, tf.sigmoid(tf.neg(difference)));
    const perCell = tf.unsortedSegmentSum(tf.concat1d([tf.neg(pull), pull]), cells, flat.size);
    return {
      value: tf.sum(tf.mul(shares, tf.softplus(tf.neg(difference)))),
      gradient: tf.reshape(perCell, x.shape),
    };
  });
