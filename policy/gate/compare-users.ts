/** Everything that the gate is told of candidate and champion beside each other. */
import type { ConfidenceInterval, PairedTest } from '../../contracts/gate.ts';
import { deriveSeed } from '../rng.ts';
import { effectSize } from './effect-size.ts';
import { pairedBootstrap } from './paired-bootstrap.ts';
import type { PairedUsers } from './paired-differences.ts';
import { resampleCount } from './resample-count.ts';
import { signFlipTest } from './sign-flip-test.ts';

export interface UserComparison {
  readonly ci: ConfidenceInterval;
  readonly pairedTest: PairedTest;
}

/** @param options confidence in (0, 1). Less than a second for 20,000 users up to 0.999, some 15 at most. */
export const compareUsers = (
  options: PairedUsers & { readonly confidence: number; readonly seed: number },
): UserComparison => {
  const { confidence, seed } = options;
  const resamples = resampleCount(confidence);
  const { effectSize: effect, smallestLift } = effectSize(options, confidence);
  return {
    ci: pairedBootstrap({ ...options, resamples }),
    pairedTest: {
      users: options.candidate.length,
      p_value: signFlipTest({ ...options, permutations: resamples, seed: deriveSeed(seed, 'signs') }),
      effect_size: effect,
      smallest_lift: smallestLift,
    },
  };
};
