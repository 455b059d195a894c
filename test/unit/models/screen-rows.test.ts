import { expect, test } from 'vitest';
import { createScreen } from '../../../models/kernels/screen-rows.ts';

const candidates = (rows: readonly Float32Array[], query: Float32Array, k: number): readonly number[] => {
  const dim = query.length;
  const screen = createScreen(rows.length, dim);
  rows.forEach((row, at) => {
    screen.setRows(at, row);
  });
  return [...screen.candidates({ query, measure: 'dot', k, hidden: null, excluded: [] })];
};

test('the best row is found where every product is as large as it can be', () => {
  // 4,096 numbers: sums of 127 times the largest 16-bit number would not fit into 32 bits.
  const filled = (value: number): Float32Array => new Float32Array(4096).fill(value);
  expect(candidates([filled(-1), filled(0.5), filled(1)], filled(1), 1)).toEqual([2]);
  expect(candidates([filled(-1), filled(0.5), filled(1)], filled(-1), 1)).toEqual([0]);
});

test('rows that their codes cannot tell apart all stay', () => {
  // Steps of 8 bits are 1 / 127: all three first numbers have the code 64.
  const rows = [0.502, 0.503, 0.504].map((value) => Float32Array.of(value, 1));
  expect(candidates(rows, Float32Array.of(1, 0), 1)).toEqual([0, 1, 2]);
  // These are far enough apart.
  expect(candidates([Float32Array.of(0.4, 1), Float32Array.of(0.5, 1)], Float32Array.of(1, 0), 1)).toEqual([1]);
});

test('rows and queries of zeros are candidates like any others', () => {
  const rows = [Float32Array.of(0, 0), Float32Array.of(-1, 0), Float32Array.of(1, 0)];
  expect(candidates(rows, Float32Array.of(0, 0), 1)).toEqual([0, 1, 2]);
  expect(candidates(rows, Float32Array.of(1, 0), 2)).toEqual([0, 2]);
});
