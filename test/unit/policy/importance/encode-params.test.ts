import { expect, test } from 'vitest';
import { encodeParams } from '../../../../policy/importance/encode-params.ts';

test('numbers are scaled to the range that was tried', () => {
  expect(encodeParams([{ a: 2 }, { a: 4 }, { a: 10 }], {})).toEqual([
    { key: 'a', values: [0, 0.25, 1], low: -0, high: 1 },
  ]);
});

test('on a logarithmic scale where the space draws so', () => {
  const [column] = encodeParams([{ a: 0.001 }, { a: 0.01 }, { a: 0.1 }], {
    a: { float: { low: 0.001, high: 0.1, log: true } },
  });
  expect(column?.values[1]).toBeCloseTo(0.5, 12);
});

test('choices get cells of equal width, numbers in their order', () => {
  const trials = [
    { a: 256, b: [64] },
    { a: 16, b: [128, 64] },
    { a: 32, b: [64] },
  ];
  expect(encodeParams(trials, { a: { choice: [256, 32, 16] } })).toEqual([
    { key: 'a', values: [2.5, 0.5, 1.5], low: 0, high: 3 },
    { key: 'b', values: [1.5, 0.5, 1.5], low: 0, high: 2 },
  ]);
});

test('a missing number lies below, in a cell as wide as the trials without it', () => {
  // Two of four lack it: as many as have it, so a cell of the width of [0, 1].
  expect(encodeParams([{ a: 1 }, {}, { a: 3 }, {}], {})).toEqual([
    { key: 'a', values: [0, -0.5, 1, -0.5], low: -1, high: 1 },
  ]);
});

test('a missing choice is a choice of its own', () => {
  expect(encodeParams([{ a: 'x' }, {}, { a: 'y' }], {})).toEqual([
    { key: 'a', values: [1.5, 0.5, 2.5], low: 0, high: 3 },
  ]);
});
