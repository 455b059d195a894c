import { expect, test } from 'vitest';
import type { TrialRecord } from '../../../../contracts/sweep.ts';
import type { TrialParams } from '../../../../contracts/trial.ts';
import { parameterImportances } from '../../../../policy/importance/parameter-importances.ts';
import { createRng } from '../../../../policy/rng.ts';

const record = (
  index: number,
  params: TrialParams,
  value: number | null,
  status: TrialRecord['status'] = 'completed',
): TrialRecord => ({ index, params, status, value, reports: [] });

/** Trials at random points of the unit cube, valued by a function. */
const trialsOf = (count: number, valued: (x: number, y: number, z: number) => number): readonly TrialRecord[] => {
  const rng = createRng(5);
  return Array.from({ length: count }, (_, index) => {
    const [x, y, z] = [rng.next(), rng.next(), rng.next()];
    return record(index, { x, y, z }, valued(x, y, z));
  });
};

const sharesOf = (trials: readonly TrialRecord[], seed = 1): Readonly<Record<string, number>> => {
  const found = parameterImportances({ trials, space: {}, seed });
  return found.kind === 'measured' ? Object.fromEntries(found.shares.map(({ key, share }) => [key, share])) : {};
};

test('policy/importance: shares of a sum are those of the variances of its terms', () => {
  // Variances of 2x, y and nothing are as 4 to 1 to 0.
  const shares = sharesOf(trialsOf(200, (x, y) => 2 * x + y));
  expect(shares.x).toBeGreaterThan(0.74);
  expect(shares.x).toBeLessThan(0.86);
  expect(shares.z).toBeLessThan(0.03);
  expect(Object.keys(shares)).toEqual(['x', 'y', 'z']);
  expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
});

test('policy/importance: the same trials and seed give the same shares', () => {
  const trials = trialsOf(30, (x, y) => x * y);
  expect(sharesOf(trials)).toEqual(sharesOf(trials));
  expect(sharesOf(trials, 2)).not.toEqual(sharesOf(trials, 1));
});

test('policy/importance: pruned and failed trials play no part', () => {
  const trials = trialsOf(20, (x) => x);
  const others = trialsOf(20, (_x, y) => 100 * y).map(({ params, value }, index) =>
    record(20 + index, params, value, index % 2 === 0 ? 'pruned' : 'failed'),
  );
  expect(sharesOf([...trials, ...others])).toEqual(sharesOf(trials));
});

test('policy/importance: a condition counts, and what depends on it only where it holds', () => {
  const rng = createRng(3);
  const trials = Array.from({ length: 120 }, (_, index) => {
    const [isOn, depth, noise] = [rng.next() < 0.5, rng.next(), rng.next()];
    return record(index, isOn ? { isOn, depth, noise } : { isOn, noise }, isOn ? 1 + depth : 0);
  });
  const shares = sharesOf(trials);
  expect(shares.noise).toBeLessThan(0.05);
  expect((shares.isOn ?? 0) + (shares.depth ?? 0)).toBeGreaterThan(0.95);
  expect(shares.depth).toBeGreaterThan(0.1);
});

test('policy/importance: a parameter that never changed has no share', () => {
  const trials = trialsOf(12, (x) => x).map((trial) => ({ ...trial, params: { ...trial.params, fixed: 'one', w: 3 } }));
  expect(sharesOf(trials)).toMatchObject({ fixed: 0, w: 0 });
});

test('policy/importance: too few trials, equal values and equal parameters are unknown, with the reason', () => {
  const trials = trialsOf(3, (x) => x);
  const input = { space: {}, seed: 1 };
  expect(parameterImportances({ ...input, trials: [...trials, record(3, { x: 0 }, Number.NaN)] })).toEqual({
    kind: 'unknown',
    reason: '3 trials completed with a value, at least 4 are needed',
  });
  expect(parameterImportances({ ...input, trials: trialsOf(5, () => 0.5) })).toEqual({
    kind: 'unknown',
    reason: 'All 5 completed trials have the same value, at least two must differ',
  });
  const alike = [0, 1, 2, 3].map((value) => record(value, { x: 1 }, value));
  expect(parameterImportances({ ...input, trials: alike })).toEqual({
    kind: 'unknown',
    reason: 'No parameter explains any difference between the trials',
  });
});
