/** Whether one sample of values lies lower than another by more than chance would have it. */

export interface RankTest {
  /** Share of pairs in which the first is lower, ties counting half. */
  readonly lowerShare: number;
  /** Two-sided. */
  readonly pValue: number;
}

/** Abramowitz & Stegun 26.2.17; absolute error below 1e-7. */
const upperTail = (z: number): number => {
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (series * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
};

/** Mann and Whitney's test in its normal approximation, which is good from about ten values a side. */
export const rankTest = (first: readonly number[], second: readonly number[]): RankTest => {
  const pairs = first.length * second.length;
  let lower = 0;
  for (const a of first) {
    for (const b of second) {
      lower += a < b ? 1 : a === b ? 0.5 : 0;
    }
  }
  const deviation = Math.sqrt((pairs * (first.length + second.length + 1)) / 12);
  return { lowerShare: lower / pairs, pValue: Math.min(1, 2 * upperTail(Math.abs(lower - pairs / 2) / deviation)) };
};
