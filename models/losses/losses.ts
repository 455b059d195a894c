/**
 * Losses over the score matrix of a batch. Each returns a scalar and brings its gradient in closed form. What concerns
 * known cells alone is computed on those: the matrix is much larger, and each operation over all of it costs as much as
 * the product that made it.
 */
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of all operations, which tfjs-core alone leaves out.
import '@tensorflow/tfjs-layers';
import { missing } from '../../contracts/element-at.ts';

/** What is known of pairs, in parallel arrays [cells]. Cells of the score matrix are numbered row by row, and distinct. */
export interface Labels {
  readonly cells: Int32Array;
  /** In [0, 1]. */
  readonly targets: Float32Array;
  /** > 0 */
  readonly weights: Float32Array;
}

export interface LossInput {
  /** Dot products, or cosine similarities divided by the temperature, [users, items]. */
  readonly scores: tf.Tensor2D;
  readonly labels: Labels;
}

export interface SoftmaxInput extends LossInput {
  /** As in Batch. */
  readonly positives: Int32Array;
  /** Log probability of each item to be in the batch, [1, items]. */
  readonly logInclusion: tf.Tensor2D;
}

interface ValueAndGradient<Saved extends tf.Tensor[]> {
  readonly value: tf.Scalar;
  /** What the gradient is made of. */
  readonly saved: Saved;
}

/** A scalar function of `scores` with a gradient of its own, [users, items]. */
const withGradient = <Saved extends tf.Tensor[]>(
  scores: tf.Tensor2D,
  compute: (scores: tf.Tensor2D) => ValueAndGradient<Saved>,
  gradient: (dy: tf.Scalar, ...saved: Saved) => tf.Tensor2D,
): tf.Scalar =>
  tf.customGrad((...args) => {
    const [given, save] = args as unknown as [tf.Tensor2D, (tensors: tf.Tensor[]) => void];
    const { value, saved } = compute(given);
    save(saved);
    return { value, gradFunc: (dy, kept) => gradient(dy as tf.Scalar, ...(kept as Saved)) };
  })(scores) as tf.Scalar;

const flatten = (matrix: tf.Tensor2D): tf.Tensor1D => tf.reshape(matrix, [-1]);

/** Positions of cells in a flat matrix, as scattering takes them. */
const positions = (cells: Int32Array): tf.Tensor2D => tf.tensor2d(cells, [cells.length, 1], 'int32');

const TINY = 1e-12;

/** Divided by their sum. */
const sharesOf = (weights: Float32Array): tf.Tensor1D => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return tf.tensor1d(weights.map((weight) => weight / Math.max(TINY, total)));
};

/**
 * Binary cross-entropy of sigmoid(score) against the label, each pair weighted by the strength of its interactions,
 * divided by the summed weight: softplus(x) - x·y.
 */
export const weightedBinaryCrossEntropy = ({ scores, labels }: LossInput): tf.Scalar => {
  const { shape, size } = scores;
  return withGradient<[tf.Tensor1D]>(
    scores,
    (x) => {
      const known = tf.gather(flatten(x), tf.tensor1d(labels.cells, 'int32'));
      const targets = tf.tensor1d(labels.targets);
      const shares = sharesOf(labels.weights);
      return {
        value: tf.sum<tf.Scalar>(tf.mul(shares, tf.sub(tf.softplus(known), tf.mul(known, targets)))),
        saved: [tf.mul(shares, tf.sub(tf.sigmoid(known), targets))],
      };
    },
    (dy, ofKnown) => tf.reshape(tf.scatterND(positions(labels.cells), tf.mul(dy, ofKnown), [size]), shape),
  );
};

/**
 * Softmax over the items of the batch (Yi et al., RecSys 2019): scores minus the log probability of an
 * item to be in the batch, which removes the bias towards frequent items. The denominator of a pair (u, i) holds i and
 * the items that u has not met with a positive label, so other positives of u never count as negatives. Pairs are
 * weighted by weight × label.
 */
export const inBatchSoftmax = ({ scores, labels, positives, logInclusion }: SoftmaxInput): tf.Scalar => {
  const { shape } = scores;
  const [rows, columns] = shape;
  const { targets } = labels;
  const targetAt = (place: number): number => targets[place] ?? missing(targets, place);
  const isWanted = (_: number, place: number): boolean => targetAt(place) > 0;
  const wanted = labels.cells.filter(isWanted);
  const strengths = labels.weights.map((weight, place) => weight * targetAt(place)).filter(isWanted);
  return withGradient<[tf.Tensor1D, tf.Tensor2D, tf.Tensor1D]>(
    scores,
    (x) => {
      const logits = tf.sub<tf.Tensor2D>(x, logInclusion);
      // Any shift gives the same loss; the row's maximum keeps the exponentials in range.
      const shifted = tf.sub<tf.Tensor2D>(logits, tf.max(logits, 1, true));
      const ofNegatives = tf.reshape<tf.Rank.R2>(
        tf.tensorScatterUpdate(flatten(tf.exp(shifted)), positions(positives), tf.zeros([positives.length])),
        shape,
      );
      const rowOf = tf.tensor1d(
        wanted.map((cell) => Math.floor(cell / columns)),
        'int32',
      );
      const own = tf.gather(flatten(shifted), tf.tensor1d(wanted, 'int32'));
      const exponentials = tf.exp(own);
      const denominators = tf.add(tf.add(exponentials, tf.gather(tf.sum(ofNegatives, 1), rowOf)), TINY);
      const shares = sharesOf(strengths);
      // With share s, exponential e and denominator d of a pair: the pair's own logit gets s·(e/d - 1), and every
      // negative of the row its exponential times the row's sum of s/d.
      const perDenominator = tf.div<tf.Tensor1D>(shares, denominators);
      return {
        value: tf.sum<tf.Scalar>(tf.mul(shares, tf.sub(tf.log(denominators), own))),
        saved: [
          tf.sub<tf.Tensor1D>(tf.mul(perDenominator, exponentials), shares),
          ofNegatives,
          tf.unsortedSegmentSum(perDenominator, rowOf, rows),
        ],
      };
    },
    (dy, ofWanted, ofNegatives, ofRows) => {
      const others = tf.mul(ofNegatives, tf.reshape(tf.mul(dy, ofRows), [rows, 1]));
      // A wanted cell is a positive one, so it is zero among the others.
      return tf.reshape(
        tf.tensorScatterUpdate(tf.reshape(others, [-1]), positions(wanted), tf.mul(dy, ofWanted)),
        shape,
      );
    },
  );
};

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
export const bayesianPersonalisedRanking = (scores: tf.Tensor2D, comparisons: Comparisons): tf.Scalar => {
  const { shape, size } = scores;
  const { better, worse, weights } = comparisons;
  if (better.length === 0) {
    return withGradient<[]>(
      scores,
      () => ({ value: tf.scalar(0), saved: [] }),
      () => tf.zeros<tf.Rank.R2>(shape),
    );
  }
  const cells = Int32Array.of(...better, ...worse);
  return withGradient<[tf.Tensor1D]>(
    scores,
    (x) => {
      const [upper, lower] = tf.split(tf.gather(flatten(x), tf.tensor1d(cells, 'int32')), 2) as [
        tf.Tensor1D,
        tf.Tensor1D,
      ];
      const shares = sharesOf(weights);
      const difference = tf.sub<tf.Tensor1D>(upper, lower);
      return {
        value: tf.sum<tf.Scalar>(tf.mul(shares, tf.softplus(tf.neg(difference)))),
        saved: [tf.mul<tf.Tensor1D>(shares, tf.sigmoid(tf.neg(difference)))],
      };
    },
    (dy, pull) => {
      const scaled = tf.mul<tf.Tensor1D>(dy, pull);
      const perCell = tf.concat1d([tf.neg(scaled), scaled]);
      return tf.reshape(tf.unsortedSegmentSum(perCell, tf.tensor1d(cells, 'int32'), size), shape);
    },
  );
};
