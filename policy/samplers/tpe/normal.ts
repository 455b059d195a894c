/** The normal distribution, as far as densities over a bounded range need it. */
import type { Rng } from '../../rng.ts';

/** Mass above `x` >= 0 of the standard normal distribution; absolute error below 1e-7 (Abramowitz & Stegun 7.1.26). */
const upperTail = (x: number): number => {
  const z = x / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 0.5 * series * Math.exp(-z * z);
};

/** Mass of the standard normal distribution between `low` <= `high`; relative to the tail where both lie in one. */
export const normalMass = (low: number, high: number): number => {
  if (low >= 0) {
    return upperTail(low) - upperTail(high);
  }
  return high <= 0 ? upperTail(-high) - upperTail(-low) : 1 - upperTail(-low) - upperTail(high);
};

/** Box and Muller. */
const drawNormal = (rng: Rng): number => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());

/** Draws until one lies within; three times on average at worst, where `mean` lies within and `deviation` is at most the range. */
export const drawTruncatedNormal = (
  { mean, deviation, low, high }: Readonly<Record<'mean' | 'deviation' | 'low' | 'high', number>>,
  rng: Rng,
): number => {
  for (;;) {
    const value = mean + deviation * drawNormal(rng);
    if (value >= low && value <= high) {
      return value;
    }
  }
};
