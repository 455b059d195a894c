import { describe, expect, it } from 'vitest';
import { dampPopularity } from '../../../../policy/serving/damp-popularity.ts';

const E = Math.E;

describe('damp-popularity', () => {
  it('takes the whole range from the most popular item at full strength, nothing from one that nobody met', () => {
    // range 3 − 1 = 2; log1p(e² − 1) = 2 and log1p(e − 1) = 1, so the second loses half as much as the first.
    expect([...dampPopularity([3, 2, 1], [E ** 2 - 1, E - 1, 0], 1)]).toEqual([1, 1, 1]);
  });

  it('takes as much of it as its strength says', () => {
    const [first, second, third] = dampPopularity([3, 2, 1], [E ** 2 - 1, E - 1, 0], 0.5);
    expect(first).toBeCloseTo(2, 12);
    expect(second).toBeCloseTo(1.5, 12);
    expect(third).toBe(1);
  });

  it('keeps the scores at strength 0, where all are alike, where nothing was met, and of nothing at all', () => {
    expect([...dampPopularity([3, -2], [9, 1], 0)]).toEqual([3, -2]);
    expect([...dampPopularity([3, 3], [9, 1], 1)]).toEqual([3, 3]);
    expect([...dampPopularity([3, -2], [0, 0], 1)]).toEqual([3, -2]);
    expect([...dampPopularity([], [], 1)]).toEqual([]);
  });
});
