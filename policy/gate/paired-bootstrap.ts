/** Paired bootstrap over users: how sure is it that one model ranks better than another? */
import type { ConfidenceInterval } from '../../contracts/gate.ts';
import { createRng } from '../rng.ts';
import { meanOf, type PairedUsers, pairedDifferences } from './paired-differences.ts';
import { percentileInterval } from './percentile-interval.ts';
import { resampleMeans } from './resample-means.ts';

export interface PairedBootstrapOptions extends PairedUsers {
  /** In (0, 1), for example 0.95. */
  readonly confidence: number;
  /** At least 1. */
  readonly resamples: number;
  readonly seed: number;
}

/**
 * Percentile interval of the mean difference candidate - champion, resampling users with replacement (Efron &
 * Tibshirani 1993, chapter 13; for rankings: Smucker, Allan & Carterette 2007). Pairing by user removes the spread
 * between easy and hard users, which is most of the variance. A function of its options alone; with the models swapped,
 * the interval is the mirrored one.
 */
export const pairedBootstrap = (options: PairedBootstrapOptions): ConfidenceInterval => {
  const { confidence, resamples, seed } = options;
  const differences = pairedDifferences(options);
  const means = resampleMeans(differences, resamples, createRng(seed));
  return { mean: meanOf(differences), ...percentileInterval(means, confidence), confidence };
};
