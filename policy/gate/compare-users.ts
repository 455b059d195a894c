/** Everything that the gate is told of candidate and champion beside each other. */
import type { ConfidenceInterval, PairedTest } from '../../contracts/gate.ts';
import { deriveSeed } from '../rng.ts';
import { effectSize } from './effect-size.ts';
import { pairedBootstrap } from './paired-bootstrap.ts';
import type { PairedUsers } from './paired-differences.ts';
import { signFlipTest } from './sign-flip-test.ts';

/** Of users for the interval, and of signs for the p-value. */
const RESAMPLES = 10_000;

export interface UserComparison {
  readonly ci: ConfidenceInterval;
  readonly pairedTest: PairedTest;
}

/** @param options confidence in (0, 1). Less than a second for 20,000 users. */
export const compareUsers = (
  options: PairedUsers & { readonly confidence: number; readonly seed: number },
): UserComparison => {
  const { confidence, seed } = options;
  const { effectSize: effect, smallestLift } = effectSize(options, confidence);
  return {
    ci: pairedBootstrap({ ...options, resamples: RESAMPLES }),
    pairedTest: {
      users: options.candidate.length,
      p_value: signFlipTest({ ...options, permutations: RESAMPLES, seed: deriveSeed(seed, 'signs') }),
      effect_size: effect,
      smallest_lift: smallestLift,
    },
  };
};
