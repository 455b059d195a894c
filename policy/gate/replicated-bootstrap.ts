/** Interval for settings rather than for one training of them: over users and over trainings with other seeds. */
import { elementAt, missing } from '../../contracts/element-at.ts';
import type { ConfidenceInterval, SeedNoise } from '../../contracts/gate.ts';
import { createRng, deriveSeed } from '../rng.ts';
import { meanOf, pairedDifferences } from './paired-differences.ts';
import { percentileInterval } from './percentile-interval.ts';
import { resampleMeans } from './resample-means.ts';

/** `[replicates][users]`, the chosen training first; the same users everywhere. */
export type Replicates = readonly ArrayLike<number>[];

export interface ReplicatedBootstrapOptions {
  /** At least two. */
  readonly replicates: Replicates;
  readonly champion: ArrayLike<number>;
  /** In (0, 1). */
  readonly confidence: number;
  /** At least 1. */
  readonly resamples: number;
  readonly seed: number;
}

/** [users]: what a user comes to on average over the trainings. */
export const meanOverReplicates = (replicates: Replicates): Float64Array =>
  Float64Array.from({ length: elementAt(replicates, 0).length }, (_, user) =>
    meanOf(Float64Array.from(replicates, (values) => elementAt(values, user))),
  );

/** How far apart the trainings' means lie: standard deviation, with one less than their number in the denominator. */
export const seedNoiseOf = (replicates: Replicates): SeedNoise => {
  const means = Float64Array.from(replicates, (values) => meanOf(Float64Array.from(values)));
  const mean = meanOf(means);
  const squares = means.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { replicates: means.length, sd: Math.sqrt(squares / (means.length - 1)) };
};

/**
 * Percentile interval of the mean difference, users and trainings resampled with replacement, each on its own: all
 * trainings rank the same users, so both are crossed (Owen 2007). Of k trainings k - 1 are drawn, as a mean of k draws
 * among so few would show (k - 1) / k of their variance only (Rao & Wu 1988). A function of its options alone.
 */
export const replicatedBootstrap = (options: ReplicatedBootstrapOptions): ConfidenceInterval => {
  const { replicates, champion, confidence, resamples, seed } = options;
  const differences = replicates.map((candidate) => pairedDifferences({ candidate, champion }));
  // The same seed draws the same users for each of them.
  const means = differences.map((values) => resampleMeans(values, resamples, createRng(seed)));
  const rng = createRng(deriveSeed(seed, 'replicates'));
  const draws = replicates.length - 1;
  const resampled = Float64Array.from({ length: resamples }, (_, resample) => {
    let sum = 0;
    for (let draw = 0; draw < draws; draw += 1) {
      const drawn = elementAt(means, rng.below(means.length));
      sum += drawn[resample] ?? missing(drawn, resample);
    }
    return sum / draws;
  });
  return {
    mean: meanOf(Float64Array.from(differences, meanOf)),
    ...percentileInterval(resampled, confidence),
    confidence,
  };
};
