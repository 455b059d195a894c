import { describe, expect, it } from 'vitest';
import type { MetricDifference } from '../../../../contracts/comparison.ts';
import { bestOfRow } from '../../../../policy/comparison/best-of-row.ts';

const STANDINGS = [
  { ref: 'x', mean: 0.3 },
  { ref: 'y', mean: 0.4 },
  { ref: 'z', mean: 0.1 },
];

const difference = (a: string, b: string, p: number, metric: MetricDifference['metric'] = 'map'): MetricDifference => ({
  ...{ a, b, metric, mean: 0, low: 0, high: 0 },
  // Adjustment makes p larger: only the adjusted one counts.
  p: p / 3,
  p_holm: p,
});

const best = (...differences: readonly MetricDifference[]) => bestOfRow('map', STANDINGS, { differences, level: 0.05 });

describe('policy/comparison/best-of-row', () => {
  it('names the highest alone where it differs from every other, up to the level', () => {
    expect(best(difference('x', 'y', 0.05), difference('x', 'z', 0.9), difference('y', 'z', 0.001))).toEqual({
      refs: ['y'],
      is_significant: true,
    });
  });

  it('shares the first place with all that it does not differ from', () => {
    expect(best(difference('x', 'y', 0.051), difference('x', 'z', 0.001), difference('y', 'z', 0.001))).toEqual({
      refs: ['x', 'y'],
      is_significant: false,
    });
  });

  it('looks at its own metric alone', () => {
    expect(best(difference('x', 'y', 0.001, 'ndcg_at_10'), difference('y', 'z', 0.001))).toEqual({
      refs: ['x', 'y'],
      is_significant: false,
    });
  });
});
