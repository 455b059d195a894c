import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  bayesianPersonalisedRanking,
  inBatchSoftmax,
  type SoftmaxInput,
  weightedBinaryCrossEntropy,
} from '../../../models/losses/losses.ts';
import { applyAdamW } from '../../../models/optimiser/adamw.ts';
import { scheduledRate } from '../../../models/optimiser/learning-rate.ts';
import { resolvedConfig } from '../../support/experiment-fixtures.ts';

/** @param weights 0: nothing is known of the pair */
const input = (scores: number[][], targets: number[][], weights: number[][], positives: number[][]): SoftmaxInput => {
  const cells = weights.flat().flatMap((weight, cell) => (weight > 0 ? [cell] : []));
  const known = (matrix: number[][]): Float32Array => Float32Array.from(cells, (cell) => matrix.flat()[cell] ?? 0);
  return {
    scores: tf.tensor2d(scores),
    labels: { cells: Int32Array.from(cells), targets: known(targets), weights: known(weights) },
    positives: Int32Array.from(positives.flat().flatMap((positive, cell) => (positive > 0 ? [cell] : []))),
    logInclusion: tf.zeros([1, scores[0]?.length ?? 0]),
  };
};

const value = (loss: (given: SoftmaxInput) => tf.Scalar, given: SoftmaxInput): number =>
  loss(given).dataSync()[0] ?? Number.NaN;

/** Of a matrix of three columns; one cell is compared twice. */
const COMPARISONS = {
  better: Int32Array.from([0, 0, 4]),
  worse: Int32Array.from([2, 1, 5]),
  weights: Float32Array.from([3, 3, 1.8]),
};

describe('models/losses', () => {
  it('weighted binary cross-entropy worked out by hand', () => {
    // Scores 0 and 2 with labels 1 and 0, weights 3 and 1; the third pair is unknown (weight 0).
    // -ln sigmoid(0) = 0.693147, -ln(1 - sigmoid(2)) = 2.126928: (3 · 0.693147 + 2.126928) / 4 = 1.051592.
    const given = input([[0, 2, 9]], [[1, 0, 0]], [[3, 1, 0]], [[1, 0, 0]]);
    expect(value(weightedBinaryCrossEntropy, given)).toBeCloseTo(1.051592, 5);
  });

  it('binary cross-entropy stays finite for huge scores', () => {
    const given = input([[800, -800]], [[0, 1]], [[1, 1]], [[0, 1]]);
    expect(value(weightedBinaryCrossEntropy, given)).toBeCloseTo(800, 3);
  });

  it('in-batch softmax worked out by hand, other positives of the user left out', () => {
    // User row: target item 0 (score 1), another positive item 1 (score 5, not in this batch's targets), negatives
    // items 2 and 3 (scores 0 and 0.5): loss = ln(e^1 + e^0 + e^0.5) - 1 = ln(5.367003) - 1 = 0.680270.
    const given = input([[1, 5, 0, 0.5]], [[1, 0, 0, 0]], [[2, 0, 0, 0]], [[1, 1, 0, 0]]);
    expect(value(inBatchSoftmax, given)).toBeCloseTo(0.68027, 4);
  });

  it('the logQ correction lifts rare items in the denominator', () => {
    // One target, one negative, both scores 0; the negative is in half of the batches: its logit is 0 - ln 0.5 = 0.693147,
    // so the loss is ln(1 + 2) = 1.098612.
    const given = { ...input([[0, 0]], [[1, 0]], [[1, 0]], [[1, 0]]), logInclusion: tf.tensor2d([[0, Math.log(0.5)]]) };
    expect(value(inBatchSoftmax, given)).toBeCloseTo(1.098612, 5);
  });

  it('Bayesian personalised ranking worked out by hand', () => {
    // Differences 0.3 - 1.1 = -0.8, 0.3 + 0.7 = 1 and 0.4 + 0.5 = 0.9: softplus of their negatives is 1.171101,
    // 0.313262 and 0.341154: (3 · 1.171101 + 3 · 0.313262 + 1.8 · 0.341154) / 7.8 = 0.649636.
    const scores = tf.tensor2d([
      [0.3, -0.7, 1.1],
      [0.2, 0.4, -0.5],
    ]);
    expect(bayesianPersonalisedRanking(scores, COMPARISONS).dataSync()[0]).toBeCloseTo(0.649636, 5);
  });

  it.each([
    ['weightedBinaryCrossEntropy', weightedBinaryCrossEntropy],
    ['inBatchSoftmax', inBatchSoftmax],
    ['bayesianPersonalisedRanking', ({ scores }: SoftmaxInput) => bayesianPersonalisedRanking(scores, COMPARISONS)],
  ] as const)('the gradient of %s agrees with finite differences', (_name, loss) => {
    const scores = [
      [0.3, -0.7, 1.1],
      [0.2, 0.4, -0.5],
    ];
    const rest = input(
      scores,
      [
        [1, 0.6, 0],
        [0, 0.9, 0],
      ],
      [
        [3, 1, 0.5],
        [0.5, 2, 0],
      ],
      [
        [1, 1, 0],
        [0, 1, 0],
      ],
    );
    const at = (row: number, column: number, change: number): number => {
      const moved = scores.map((line, r) =>
        line.map((score, c) => (r === row && c === column ? score + change : score)),
      );
      return value(loss, { ...rest, scores: tf.tensor2d(moved) });
    };
    const gradient = tf
      .grad((x) => loss({ ...rest, scores: x as tf.Tensor2D }))(tf.tensor2d(scores))
      .arraySync() as number[][];
    for (const [row, line] of scores.entries()) {
      for (const column of line.keys()) {
        const step = 1e-2;
        const numeric = (at(row, column, step) - at(row, column, -step)) / (2 * step);
        expect(Math.abs((gradient[row]?.[column] ?? Number.NaN) - numeric)).toBeLessThan(2e-4);
      }
    }
  });
});

describe('models/adamw', () => {
  it('models/optimiser/adamw: two steps worked out by hand', () => {
    // p = 1, g = 0.5, lr = 0.1, weight decay = 0.01. Step 1: m̂ = 0.5, v̂ = 0.25: p = 1 · (1 - 0.001) - 0.1 · 0.5 / 0.5 = 0.899.
    // Step 2 with the same gradient: m̂ = 0.5, v̂ = 0.25 again: p = 0.899 · 0.999 - 0.1 = 0.798101.
    const state = {
      parameters: tf.tensor1d([1]),
      firstMoment: tf.zeros<tf.Rank.R1>([1]),
      secondMoment: tf.zeros<tf.Rank.R1>([1]),
    };
    const parameter = (): number => state.parameters.dataSync()[0] ?? Number.NaN;
    applyAdamW(state, tf.tensor1d([0.5]), { learningRate: 0.1, weightDecay: 0.01, step: 1 });
    expect(parameter()).toBeCloseTo(0.899, 6);
    applyAdamW(state, tf.tensor1d([0.5]), { learningRate: 0.1, weightDecay: 0.01, step: 2 });
    expect(parameter()).toBeCloseTo(0.798101, 6);
  });
});

describe('models/learning-rate', () => {
  const training = { ...resolvedConfig().training, learning_rate: 0.4, num_epochs: 10 };

  it('models/optimiser/learning-rate: cosine annealing starts at the peak, halves in the middle, ends at zero', () => {
    expect(scheduledRate(training, 0, 10)).toBe(0.4);
    expect(scheduledRate(training, 50, 10)).toBeCloseTo(0.2, 12);
    expect(scheduledRate(training, 100, 10)).toBeCloseTo(0, 12);
    expect(scheduledRate(training, 130, 10)).toBeCloseTo(0, 12);
  });

  it('models/optimiser/learning-rate: a warm-up climbs in equal steps to the peak, parts of an epoch included', () => {
    const warm = { ...training, warmup_epochs: 0.4 };
    const rates = [0, 1, 2, 3, 4].map((step) => scheduledRate(warm, step, 10));
    expect(rates).toEqual([0.1, 0.2, 0.3, 0.4, 0.4].map((rate) => expect.closeTo(rate, 12)));
    expect(scheduledRate(warm, 52, 10)).toBeCloseTo(0.2, 12);
    expect(scheduledRate(warm, 100, 10)).toBeCloseTo(0, 12);
  });
});
