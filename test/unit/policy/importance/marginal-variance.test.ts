import { expect, test } from 'vitest';
import type { ParameterColumn } from '../../../../policy/importance/encode-params.ts';
import { explainedShares } from '../../../../policy/importance/marginal-variance.ts';

const column = (key: string, low = 0, high = 1): ParameterColumn => ({ key, values: [], low, high });
const square = [column('x'), column('y')];

test('a tree over one column is explained by it alone', () => {
  const leaves = [
    { value: 0, low: [0, 0], high: [0.5, 1] },
    { value: 1, low: [0.5, 0], high: [1, 1] },
  ];
  expect(explainedShares(leaves, square)).toEqual([1, 0]);
});

test('what two columns do only together is explained by neither', () => {
  const leaves = [
    { value: 1, low: [0, 0], high: [0.5, 0.5] },
    { value: -1, low: [0.5, 0], high: [1, 0.5] },
    { value: -1, low: [0, 0.5], high: [0.5, 1] },
    { value: 1, low: [0.5, 0.5], high: [1, 1] },
  ];
  expect(explainedShares(leaves, square)).toEqual([0, 0]);
});

test('leaves weigh by their part of the space', () => {
  const leaves = [
    { value: 0, low: [0, 0], high: [1, 1] },
    { value: 1, low: [1, 0], high: [4, 0.5] },
    { value: 3, low: [1, 0.5], high: [4, 1] },
  ];
  // Mean 1/4·0 + 3/8·1 + 3/8·3 = 1.5, variance 1/4·2.25 + 3/8·0.25 + 3/8·2.25 = 1.5.
  // x: 0 on 1/4, 2 on 3/4: variance 1/4·2.25 + 3/4·0.25 = 0.75. y: 0.75 and 2.25: variance 0.75² = 0.5625.
  expect(explainedShares(leaves, [column('x', 0, 4), column('y')])).toEqual([0.5, 0.375]);
});

test('a tree that predicts one value has nothing to explain', () => {
  expect(explainedShares([{ value: 7, low: [0, 0], high: [1, 1] }], square)).toBeNull();
});
