/** Whether one sample of values lies lower than another by more than chance would have it. */

import { normalMass } from '../policy/samplers/tpe/normal.ts';

export interface RankTest {
  /** Share of pairs in which the first is lower, ties counting half. */
  readonly lowerShare: number;
  /** Two-sided. */
  readonly pValue: number;
}

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
  return {
    lowerShare: lower / pairs,
    pValue: Math.min(1, 2 * normalMass(Math.abs(lower - pairs / 2) / deviation, Number.POSITIVE_INFINITY)),
  };
};
