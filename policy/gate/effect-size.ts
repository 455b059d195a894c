/** How large a difference is beside its spread over users, and how small a one these users could have shown. */
import { normalQuantile } from './normal-quantile.ts';
import { meanOf, type PairedUsers, pairedDifferences } from './paired-differences.ts';

/** Of all tests of a lift this large, the share that finds it. */
const POWER = 0.8;

export interface EffectSize {
  /** Mean of the per-user differences over their standard deviation; null where they do not spread. */
  readonly effectSize: number | null;
  /** Smallest mean difference that the interval would have told from 0 in 80 % of all tests; null for a single user. */
  readonly smallestLift: number | null;
}

/**
 * Effect size for paired samples, d_z, and minimum detectable effect (both Cohen 1988, sections 2.3 and 2.4; for
 * rankings: Sakai 2016). With s the standard deviation of the n differences (n - 1 in its denominator) and z the normal
 * quantile, an interval of mean ± z(1 - (1 - confidence) / 2) * s / √n lies above 0 with a probability of 80 % for a true
 * mean of (z(1 - (1 - confidence) / 2) + z(0.8)) * s / √n. A normal approximation: for some 30 users and more.
 * @param confidence of the interval, in (0, 1)
 * @param seedVariance what the trainings that the interval resamples add to the variance of the mean; 0 without any
 */
export const effectSize = (users: PairedUsers, confidence: number, seedVariance = 0): EffectSize => {
  const differences = pairedDifferences(users);
  const count = differences.length;
  if (count === 1) {
    return { effectSize: null, smallestLift: null };
  }
  const mean = meanOf(differences);
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (count - 1));
  const distance = normalQuantile(1 - (1 - confidence) / 2) + normalQuantile(POWER);
  return {
    effectSize: deviation === 0 ? null : mean / deviation,
    smallestLift: distance * Math.sqrt(deviation ** 2 / count + seedVariance),
  };
};
