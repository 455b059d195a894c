/** Whether a fall can be ruled out. */
import { createRng, deriveSeed } from '../rng.ts';
import { needsPermutation } from './few-users.ts';
import { differingUsers, meanOf, type PairedUsers, pairedDifferences } from './paired-differences.ts';
import { resampleMeans } from './resample-means.ts';
import { signFlipTest } from './sign-flip-test.ts';

export interface NonInferiorityOptions extends PairedUsers {
  /** Above 0. */
  readonly margin: number;
  /** At least 1. */
  readonly resamples: number;
  readonly seed: number;
  /** Two-sided, of the interval that the p-value stands beside; absent: 0.95. */
  readonly confidence?: number;
}

export interface NonInferiority {
  /** Of the mean difference. */
  readonly standardError: number;
  /** One-sided, that the candidate is worse by the margin or more: small where that is ruled out. */
  readonly pValue: number;
}

/** Means that miss 0 by rounding alone are 0. */
const ROUNDING = 1e-12;

/**
 * Null hypothesis: the mean of candidate - champion is -margin or less. It is the one that protects users: with few of
 * them, or much noise, it stands, and a fall is not ruled out. The opposite test, whether a fall is significant, would
 * let any fall pass on few users. The p-value is the share of bootstrap means at or below -margin, which is at most
 * α where the interval's lower end at 1 - 2α lies above -margin; below 200 users who differ, and far out, it is at least that of sign flips
 * of the differences + margin. null below two users, who show no spread.
 */
export const nonInferiorityTest = (options: NonInferiorityOptions): NonInferiority | null => {
  const { champion, margin, resamples, seed, confidence = 0.95 } = options;
  const users = champion.length;
  if (users < 2) {
    return null;
  }
  const differences = pairedDifferences(options);
  const above = differences.map((difference) => difference + margin);
  const mean = meanOf(above);
  const variance = above.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (users - 1);
  const means = resampleMeans(above, resamples, createRng(seed));
  const hits = means.reduce((count, value) => count + (value <= ROUNDING ? 1 : 0), 0);
  const bootstrap = (hits + 1) / (resamples + 1);
  const zeros = new Float64Array(users);
  const flips = (): number =>
    signFlipTest({
      ...{ candidate: above, champion: zeros, permutations: resamples },
      ...{ seed: deriveSeed(seed, 'signs'), alternative: 'greater' },
    });
  return {
    standardError: Math.sqrt(variance / users),
    pValue: needsPermutation(differingUsers(differences), confidence) ? Math.max(bootstrap, flips()) : bootstrap,
  };
};
