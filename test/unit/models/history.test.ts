import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import { historiesOf, historyBags, sumBags } from '../../../models/history.ts';

/** User 0 liked items 0, 1 and 3, user 1 none, user 2 item 1; item 2 was disliked, item 3 is unknown to the model. */
const PAIRS = {
  userIndex: Int32Array.from([0, 0, 0, 0, 2]),
  itemIndex: Int32Array.from([0, 1, 2, 3, 1]),
  gain: Float32Array.from([1, 0.4, 0, 0.8, 1]),
};
const IDS = { size: 4, rows: Int32Array.from([1, 2, 3, 0]) };
const histories = historiesOf(PAIRS, 3, IDS);

describe('models/history', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('models/history: holds the known items that were met with a gain', () => {
    expect([...histories.starts]).toEqual([0, 2, 2, 3]);
    expect([...histories.rows]).toEqual([1, 2, 2]);
  });

  it('models/history: a whole history is divided by the square root of its length', () => {
    const bags = historyBags(histories, Int32Array.from([2, 0, 1]), null);
    const half = Math.fround(Math.SQRT1_2);
    expect(bags).toEqual({
      rows: Int32Array.from([2, 1, 2]),
      bags: Int32Array.from([0, 1, 1]),
      coefficients: Float32Array.from([1, half, half]),
      count: 3,
    });
  });

  it('models/history: what a step asks about is not in the question', () => {
    const isTarget = (user: number, row: number) => user === 0 && row === 2;
    const bags = historyBags(histories, Int32Array.from([0, 2]), { isTarget, seed: 1 });
    expect([...bags.rows]).toEqual([1, 2]);
    expect([...bags.coefficients]).toEqual([1, 1]);
  });

  it('models/history: a long history is drawn from, repeatably, and keeps its expected sum', () => {
    const length = 400;
    const long = { starts: Int32Array.from([0, length]), rows: Int32Array.from({ length }, (_, row) => row + 1) };
    const draw = (seed: number) => historyBags(long, Int32Array.from([0]), { isTarget: () => false, seed });
    const { rows, coefficients } = draw(1);
    expect(rows.length).toBeLessThan(length);
    expect(draw(1).rows).toEqual(rows);
    expect(draw(2).rows).not.toEqual(rows);
    const sum = coefficients.reduce((total, coefficient) => total + coefficient, 0);
    expect(sum).toBeCloseTo(length / Math.sqrt(length), 3);
  });

  it('models/history: sums and their gradients equal those of a dense product', () => {
    const table = tf.tensor2d([0, 0, 1, 2, 3, -1, 5, 7], [4, 2]);
    const bags = historyBags(histories, Int32Array.from([0, 1, 2]), null);
    const upstream = tf.tensor2d([1, -2, 3, 4, 0.5, 0.25], [3, 2]);
    const half = Math.SQRT1_2;
    const dense = tf.tensor2d([0, half, half, 0, 0, 0, 0, 0, 0, 0, 1, 0], [3, 4]);
    const own = (given: tf.Tensor) => tf.sum(tf.mul(sumBags(given as tf.Tensor2D, bags), upstream));
    const reference = (given: tf.Tensor) => tf.sum(tf.mul(tf.matMul(dense, given as tf.Tensor2D), upstream));
    const gap = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] ?? Number.NaN;
    expect(gap(own(table), reference(table))).toBeLessThan(1e-5);
    expect(gap(tf.grad(own)(table), tf.grad(reference)(table))).toBeLessThan(1e-5);
  });

  it('models/history: users without any history are zeros', () => {
    const bags = historyBags(histories, Int32Array.from([1]), null);
    expect([...sumBags(tf.ones([4, 2]), bags).dataSync()]).toEqual([0, 0]);
  });
});
