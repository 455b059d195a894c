/** Paired bootstrap over users: how sure is it that one model ranks better than another? */
import { elementAt, missing } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { ConfidenceInterval } from '../../contracts/gate.ts';
import { createRng } from '../rng.ts';

export interface PairedBootstrapOptions {
  /** Per-user metric of the candidate and of the champion; the same user at the same index. */
  readonly candidate: ArrayLike<number>;
  readonly champion: ArrayLike<number>;
  /** In (0, 1), for example 0.95. */
  readonly confidence: number;
  /** At least 1. */
  readonly resamples: number;
  readonly seed: number;
}

/**
 * Percentile interval of the mean difference candidate - champion, resampling users with replacement (Efron &
 * Tibshirani 1993, chapter 13; for rankings: Smucker, Allan & Carterette 2007). Pairing by user removes the spread
 * between easy and hard users, which is most of the variance. A function of its options alone.
 */
export const pairedBootstrap = (options: PairedBootstrapOptions): ConfidenceInterval => {
  const { candidate, champion, confidence, resamples, seed } = options;
  const users = candidate.length;
  if (users === 0 || champion.length !== users) {
    throw new TtExpError(
      'INTERNAL',
      `paired bootstrap: got ${users} and ${champion.length} users, expected two equal numbers above 0`,
    );
  }
  const differences = Float64Array.from(
    { length: users },
    (_, user) => elementAt(candidate, user) - elementAt(champion, user),
  );
  const mean = differences.reduce((sum, value) => sum + value, 0) / users;
  const rng = createRng(seed);
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample += 1) {
    let sum = 0;
    for (let draw = 0; draw < users; draw += 1) {
      const user = rng.below(users);
      sum += differences[user] ?? missing(differences, user);
    }
    means[resample] = sum / users;
  }
  means.sort();
  const tail = (1 - confidence) / 2;
  const at = (share: number): number => elementAt(means, Math.min(resamples - 1, Math.floor(share * resamples)));
  return { mean, low: at(tail), high: at(1 - tail), confidence };
};
