/** Everything that the gate is told of candidate, champion and ancestor beside each other. */

import type { GuardConfig } from '../../contracts/experiment-config.ts';
import type {
  AncestorComparison,
  ConfidenceInterval,
  GuardMeasure,
  PairedTest,
  SeedNoise,
} from '../../contracts/gate.ts';
import { deriveSeed } from '../rng.ts';
import { compareUsers } from './compare-users.ts';
import type { JudgedModel } from './judged-model.ts';
import { measureGuard } from './measure-guards.ts';
import { pairedBootstrap } from './paired-bootstrap.ts';
import { type Replicates, seedNoiseOf } from './replicated-bootstrap.ts';
import { resampleCount } from './resample-count.ts';

export interface ComparedModels {
  readonly candidate: JudgedModel;
  /** null where there is none, or where it could not be evaluated. */
  readonly champion: JudgedModel | null;
  readonly ancestor: JudgedModel | null;
  readonly confidence: number;
  /** Loss to be ruled out; null unless that is the question. */
  readonly margin: number | null;
  /** Gain that has to be exceeded; absent: 0. */
  readonly minImprovement?: number;
  readonly guards: readonly GuardConfig[];
  /** NDCG@10 of other trainings of the candidate's settings, each over the same users; absent: none. */
  readonly replicates?: Replicates;
  readonly seed: number;
  /** Called between the tests, each of which takes less than a second for 20,000 users. */
  readonly onTest?: () => void;
}

export interface ModelComparison {
  /** These four: null or none without a champion, and without a test user. */
  readonly ci: ConfidenceInterval | null;
  readonly pairedTest: PairedTest | null;
  readonly dcg: ConfidenceInterval | null;
  readonly guards: readonly GuardMeasure[];
  /** null without replicates, and without a champion. */
  readonly seedNoise: SeedNoise | null;
  readonly ancestor: Pick<AncestorComparison, 'ci' | 'users' | 'differing_users' | 'margin_p_value'> | null;
}

/** A function of its options alone. */
export const compareModels = (options: ComparedModels): ModelComparison => {
  const { candidate, champion, ancestor, guards, replicates = [], seed, onTest } = options;
  // Holm asks as much more of the best of several guards.
  const resamples = resampleCount(1 - (1 - options.confidence) / Math.max(1, guards.length));
  const isAnybodyThere = candidate.ndcg.length > 0;
  const beside = (other: JudgedModel, stream: string) => {
    onTest?.();
    const pair = { candidate: candidate.ndcg, champion: other.ndcg };
    return compareUsers({ ...options, ...pair, seed: stream === '' ? seed : deriveSeed(seed, stream) });
  };
  const compared = champion !== null && isAnybodyThere ? beside(champion, '') : null;
  const anchored = ancestor !== null && isAnybodyThere ? beside(ancestor, 'ancestor') : null;
  const dcgOf = (other: JudgedModel): ConfidenceInterval => {
    onTest?.();
    const pair = { candidate: candidate.dcg, champion: other.dcg };
    return pairedBootstrap({
      ...options,
      ...pair,
      resamples: resampleCount(options.confidence),
      seed: deriveSeed(seed, 'dcg'),
    });
  };
  return {
    ci: compared?.ci ?? null,
    pairedTest: compared?.pairedTest ?? null,
    dcg: champion !== null && isAnybodyThere ? dcgOf(champion) : null,
    guards:
      champion === null
        ? []
        : guards.map((guard) => {
            onTest?.();
            return measureGuard(guard, { ...options, champion, resamples });
          }),
    seedNoise: compared === null || replicates.length === 0 ? null : seedNoiseOf([candidate.ndcg, ...replicates]),
    ancestor: anchored && {
      ci: anchored.ci,
      users: anchored.pairedTest.users,
      differing_users: anchored.pairedTest.differing_users,
      margin_p_value: anchored.pairedTest.margin_p_value,
    },
  };
};
