import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { type BinCount, compareBins } from '../../../pipeline/versions/population-stability.ts';

const bins = (...counts: readonly (readonly [number, number])[]): readonly BinCount[] =>
  counts.map(([a, b], index) => ({ bin: `v${index}`, a, b }));

/** Draws of a distribution over bins whose shares fall off. */
const drawer = (seed: number) => {
  const rng = xoroshiro128plus(seed);
  const weights = [8, 6, 5, 4, 3, 2, 1, 1];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (count: number, skew = 0): number[] => {
    const drawn = weights.map(() => 0);
    for (let n = 0; n < count; n += 1) {
      let rest = uniformFloat64(rng) * total;
      let bin = 0;
      while (bin < weights.length - 1 && rest >= (weights[bin] ?? 0)) {
        rest -= weights[bin] ?? 0;
        bin += 1;
      }
      // A share `skew` of the last bins' values turns up in the first one instead.
      const isMoved = bin > 3 && uniformFloat64(rng) < skew;
      drawn[isMoved ? 0 : bin] = (drawn[isMoved ? 0 : bin] ?? 0) + 1;
    }
    return drawn;
  };
};

const countFlagged = (repetitions: number, skew: number): number => {
  const draw = drawer(7);
  let flagged = 0;
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const [a, b] = [draw(600), draw(400, skew)];
    const shift = compareBins(a.map((count, index) => ({ bin: String(index), a: count, b: b[index] ?? 0 })));
    flagged += shift?.is_drifted === true ? 1 : 0;
  }
  return flagged;
};

describe('pipeline/versions/population-stability', () => {
  it('pipeline/versions/population-stability: the index and the test statistic are those worked out by hand', () => {
    // Shares 0.5, 0.5 and 0.6, 0.4: 0.1 · ln 1.2 − 0.1 · ln 0.8 = 0.0405465; χ² of the 2 × 2 table = 2.020202, p = 0.155218.
    const shift = compareBins(bins([50, 60], [50, 40]));
    expect(shift?.psi).toBeCloseTo(0.0405465, 7);
    expect(shift?.chi_square).toBeCloseTo(2.020202, 6);
    expect(shift?.p_value).toBeCloseTo(0.155218, 5);
    // (1/100 + 1/100) · 6.634897
    expect(shift?.threshold).toBeCloseTo(0.13269794, 7);
    expect(shift).toMatchObject({ bins: 2, is_drifted: false });
    expect(shift?.moved).toEqual([
      { bin: 'v0', a: 0.5, b: 0.6 },
      { bin: 'v1', a: 0.5, b: 0.4 },
    ]);
  });

  it('pipeline/versions/population-stability: equal shares of unequal numbers are no shift', () => {
    expect(compareBins(bins([20, 40], [30, 60]))).toMatchObject({ psi: 0, chi_square: 0, p_value: 1, moved: [] });
  });

  it('pipeline/versions/population-stability: a value that came or went counts, with a finite index', () => {
    const shift = compareBins(bins([100, 0], [0, 100]));
    expect(shift?.is_drifted).toBe(true);
    expect(shift?.psi).toBeGreaterThan(5);
    expect(Number.isFinite(shift?.psi)).toBe(true);
  });

  it('pipeline/versions/population-stability: values too rare to judge are taken together', () => {
    const rare = Array.from({ length: 200 }, (_, index) => [index % 2, 1 - (index % 2)] as const);
    expect(compareBins(bins([100, 100], ...rare))).toMatchObject({ bins: 2, is_drifted: false });
    // Only four of them: not even together enough, so they go to the smallest other bin.
    expect(compareBins(bins([100, 100], [50, 50], ...rare.slice(0, 4)))?.bins).toBe(2);
  });

  it('pipeline/versions/population-stability: what cannot be told apart is not compared', () => {
    expect(compareBins([])).toBeNull();
    expect(compareBins(bins([10, 0], [10, 0]))).toBeNull();
    expect(compareBins(bins([10, 10]))).toBeNull();
    expect(compareBins(bins([1, 1], [1, 1]))).toBeNull();
  });

  it('pipeline/versions/population-stability: without drift about 1 comparison in 100 is flagged, with drift nearly each', () => {
    const flagged = countFlagged(1000, 0);
    expect(flagged).toBeGreaterThan(1);
    expect(flagged).toBeLessThan(25);
    expect(countFlagged(50, 0.8)).toBeGreaterThan(45);
  });
});
