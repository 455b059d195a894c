import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { float32Product } from '../../../models/numerics/product.ts';
import { dense } from '../../../models/towers/dense.ts';
import { drawDropout } from '../../../models/towers/dropout.ts';

/** Numbers of mixed sign that no two tests share. */
const wave = (rows: number, columns: number, phase: number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: rows * columns }, (_, index) => Math.sin(1.7 * index + phase)),
    [rows, columns],
  );

/** x · Φ(x), with the error function. */
const gelu = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.SQRT2)))));

const gap = (a: tf.Tensor, b: tf.Tensor): number => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] ?? Number.NaN;

describe('models/dense', () => {
  it.each([
    ['ReLU with dropout', 'relu', 0.5],
    ['ReLU', 'relu', 0],
    ['GELU with dropout', 'gelu', 0.5],
    ['GELU', 'gelu', 0],
    ['linear', null, 0],
  ] as const)('a %s layer and its gradients equal those of automatic differentiation', (_name, activation, rate) => {
    const dropout = rate === 0 ? null : drawDropout(5, 4, rate, 11);
    const upstream = wave(5, 4, 9);
    const reference = (input: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor => {
      const linear = tf.add(tf.matMul(input, kernel), bias);
      const active = activation === null ? linear : activation === 'relu' ? tf.relu(linear) : gelu(linear);
      return tf.mul(dropout === null ? active : tf.mul(active, dropout.mask), upstream);
    };
    const own = (input: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
      tf.mul(
        dense({
          input: input as tf.Tensor2D,
          isInputConstant: false,
          kernel: kernel as tf.Tensor2D,
          bias: bias as tf.Tensor1D,
          activation,
          dropout,
          product: float32Product,
        }),
        upstream,
      );
    const at = [wave(5, 3, 1), wave(3, 4, 2), tf.tensor1d([0.1, -0.2, 0.3, 0])];
    const [x, kernel, bias] = at as [tf.Tensor, tf.Tensor, tf.Tensor];
    expect(gap(own(x, kernel, bias), reference(x, kernel, bias))).toBeLessThan(1e-6);
    const expected = tf.grads(reference)(at);
    for (const [index, gradient] of tf.grads(own)(at).entries()) {
      expect(gap(gradient, expected[index] as tf.Tensor)).toBeLessThan(1e-6);
    }
  });

  it('a constant input changes nothing but the gradient that nobody asks for', () => {
    const input = wave(5, 3, 1);
    const layer = (isInputConstant: boolean) => (kernel: tf.Tensor, bias: tf.Tensor) =>
      tf.sum(
        dense({
          input,
          isInputConstant,
          kernel: kernel as tf.Tensor2D,
          bias: bias as tf.Tensor1D,
          activation: 'relu',
          dropout: null,
          product: float32Product,
        }),
      );
    const at = [wave(3, 4, 2), tf.tensor1d([0.1, -0.2, 0.3, 0])];
    const expected = tf.grads(layer(false))(at);
    for (const [index, gradient] of tf.grads(layer(true))(at).entries()) {
      expect([...gradient.dataSync()]).toEqual([...(expected[index] as tf.Tensor).dataSync()]);
    }
  });
});

describe('models/dropout', () => {
  it('models/towers/dropout: drops the asked share, keeps the mean, and repeats itself for a seed', () => {
    const rows = 300;
    const columns = 101;
    const { mask, scale } = drawDropout(rows, columns, 0.3, 5);
    const values = [...mask.dataSync()];
    expect(values).toHaveLength(rows * columns);
    // 0.3 is rounded to 77/256, so what is kept is scaled by 256/179.
    expect(scale).toBeCloseTo(256 / 179, 12);
    expect(new Set(values)).toEqual(new Set([0, Math.fround(256 / 179)]));
    // 30,300 draws with p = 0.30078: a standard deviation of 0.0026, here five of them.
    const share = values.filter((value) => value === 0).length / values.length;
    expect(Math.abs(share - 77 / 256)).toBeLessThan(0.013);
    expect([...drawDropout(rows, columns, 0.3, 5).mask.dataSync()]).toEqual(values);
    expect([...drawDropout(rows, columns, 0.3, 6).mask.dataSync()]).not.toEqual(values);
  });

  it('models/towers/dropout: a rate close to 1 still keeps something', () => {
    const { mask, scale } = drawDropout(64, 64, 0.9999, 1);
    expect(scale).toBe(256);
    expect(Math.max(...mask.dataSync())).toBe(256);
  });
});
