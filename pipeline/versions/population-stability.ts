/**
 * How far two distributions are apart, and how far they would be by chance: for n and m independent draws of one
 * distribution the index is about (1/n + 1/m) · χ²(bins − 1), so its 99 % quantile is the threshold. Values shared by
 * both sides make the index smaller still.
 */
import type { Shift } from '../../contracts/dataset-versions.ts';
import { chiSquareQuantile, chiSquareTail } from './chi-square.ts';

export interface BinCount {
  readonly bin: string;
  readonly a: number;
  readonly b: number;
}

const CONFIDENCE = 0.99;
/** The χ² approximation wants about this many expected values in each bin of the smaller side. */
const LEAST_EXPECTED = 5;
const MOST_MOVED = 3;
const RARE_BIN = '(rare values)';

const total = (counts: readonly BinCount[], side: 'a' | 'b'): number =>
  counts.reduce((sum, count) => sum + count[side], 0);

const joined = (bin: string, counts: readonly BinCount[]): BinCount => ({
  bin,
  a: total(counts, 'a'),
  b: total(counts, 'b'),
});

/** Bins that are too small to judge become one; if that is too small too, it goes to the smallest other one. */
const poolRare = (counts: readonly BinCount[], n: number, m: number): readonly BinCount[] => {
  const isRare = ({ a, b }: BinCount): boolean => ((a + b) * Math.min(n, m)) / (n + m) < LEAST_EXPECTED;
  const rare = counts.filter(isRare);
  const frequent = counts.filter((count) => !isRare(count)).toSorted((x, y) => x.a + x.b - y.a - y.b);
  if (rare.length === 0) {
    return frequent;
  }
  const pooled = joined(RARE_BIN, rare);
  const [smallest, ...rest] = frequent;
  return isRare(pooled) && smallest !== undefined
    ? [joined(smallest.bin, [smallest, pooled]), ...rest]
    : [...frequent, pooled];
};

/** Null where fewer than two bins can be told apart, or one side has no values. */
export const compareBins = (counts: readonly BinCount[]): Shift | null => {
  const [n, m] = [total(counts, 'a'), total(counts, 'b')];
  if (n === 0 || m === 0) {
    return null;
  }
  const bins = poolRare(
    counts.filter(({ a, b }) => a + b > 0),
    n,
    m,
  );
  if (bins.length < 2) {
    return null;
  }
  let psi = 0;
  let chiSquare = 0;
  for (const { a, b } of bins) {
    // Half a value in place of none: the index would be infinite.
    const [shareA, shareB] = [Math.max(a, 0.5) / n, Math.max(b, 0.5) / m];
    psi += (shareB - shareA) * Math.log(shareB / shareA);
    chiSquare += (m * a - n * b) ** 2 / (n * m * (a + b));
  }
  const degrees = bins.length - 1;
  const threshold = (1 / n + 1 / m) * chiSquareQuantile(CONFIDENCE, degrees);
  const moved = bins
    .map(({ bin, a, b }) => ({ bin, a: a / n, b: b / m }))
    .filter(({ a, b }) => a !== b)
    .toSorted((x, y) => Math.abs(y.b - y.a) - Math.abs(x.b - x.a) || (x.bin < y.bin ? -1 : 1))
    .slice(0, MOST_MOVED);
  return {
    psi,
    threshold,
    is_drifted: psi > threshold,
    bins: bins.length,
    chi_square: chiSquare,
    p_value: chiSquareTail(chiSquare, degrees),
    moved,
  };
};
