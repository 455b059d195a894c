import { expect, test } from 'vitest';
import { tiltedWeights } from '../../../../policy/gate/tilted-weights.ts';

const tilt = (differences: readonly number[], mean: number) => tiltedWeights(Float64Array.from(differences), mean);

test('users weigh the same where their mean is the one that is wanted', () => {
  expect([...(tilt([0.1, -0.1, 0, 0], 0) ?? [])]).toEqual([0.25, 0.5, 0.75, 1].map((sum) => expect.closeTo(sum, 12)));
});

test('weights are exponential in the difference', () => {
  // Two users gain 1, one loses 1: the mean is 0 for weights of e^λ, e^λ, e^-λ with 2 e^λ = e^-λ, so 1/4, 1/4, 1/2.
  expect([...(tilt([1, 1, -1], 0) ?? [])]).toEqual([0.25, 0.5, 1].map((sum) => expect.closeTo(sum, 9)));
  // A user without a difference weighs e^0 = 1 beside e^λ = √(1/2) and e^-λ = √2: √(1/2) + √(1/2) = √2.
  const total = Math.SQRT2 + 1 + Math.SQRT2;
  expect([...(tilt([1, 1, 0, -1], 0) ?? [])].map((sum) => sum * total)).toEqual(
    [Math.SQRT1_2, Math.SQRT2, Math.SQRT2 + 1, total].map((sum) => expect.closeTo(sum, 9)),
  );
});

test('reaches any mean between the smallest and the largest difference, and no other', () => {
  const differences = [0.3, -0.2, 0, 0.1, -0.0001];
  for (const mean of [-0.19, -0.01, 0, 0.05, 0.29]) {
    const sums = [...(tilt(differences, mean) ?? [])];
    const reached = sums.reduce((sum, at, user) => sum + (at - (sums[user - 1] ?? 0)) * (differences[user] ?? 0), 0);
    expect(reached).toBeCloseTo(mean, 9);
  }
  expect(tilt(differences, 0.3)).toBeNull();
  expect(tilt(differences, -0.2)).toBeNull();
  expect(tilt([0, 0.1], 0)).toBeNull();
  expect(tilt([0.1], 0.1)).toBeNull();
});
