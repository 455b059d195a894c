/** Draws from the density of the good trials, the best of which goes on. */
import type { TrialRecord } from '../../../contracts/sweep.ts';
import type { ParameterValue, TrialParams } from '../../../contracts/trial.ts';
import type { Rng } from '../../rng.ts';
import { valueAtPosition } from '../../space/domain.ts';
import { createEstimator } from './estimator.ts';
import { type Group, positionsIn } from './groups.ts';
import type { SplitTrials } from './split.ts';

export interface CandidateRequest {
  readonly group: Group;
  /** Parameters of earlier groups. */
  readonly params: TrialParams;
  readonly split: SplitTrials;
  /** How many to choose from. */
  readonly candidates: number;
  readonly rng: Rng;
  /** Whether a trial with these parameters may be run. */
  readonly isWanted: (params: TrialParams) => boolean;
}

/** Draws for each candidate, where constraints or earlier trials refuse some. */
const MAX_DRAWS_PER_CANDIDATE = 10;

/** The newest of the others that count; without such a bound a proposal takes longer the longer a sweep lasts. */
const MAX_OTHERS = 1000;

const observationsIn = (group: Group, records: readonly TrialRecord[]): readonly (readonly number[])[] =>
  records.flatMap(({ params }) => {
    const positions = positionsIn(group, params);
    return positions === null ? [] : [positions];
  });

/**
 * `params` and the group's own, where the density of good trials is greatest in proportion to that of the others: which
 * is where the expected improvement is (Bergstra et al. 2011, section 4.1). null where no draw is wanted.
 */
export const chooseCandidate = (request: CandidateRequest): TrialParams | null => {
  const { group, params, split, candidates, rng, isWanted } = request;
  const domains = group.map(({ domain }) => domain);
  const good = createEstimator(domains, observationsIn(group, split.good));
  const others = createEstimator(domains, observationsIn(group, split.others.slice(-MAX_OTHERS)));
  let best: TrialParams | null = null;
  let bestGain = Number.NEGATIVE_INFINITY;
  let found = 0;
  for (let draw = 0; found < candidates && draw < candidates * MAX_DRAWS_PER_CANDIDATE; draw += 1) {
    const drawn = good.draw(rng);
    const own: Record<string, ParameterValue> = {};
    for (const [axis, { key, domain }] of group.entries()) {
      own[key] = valueAtPosition(domain, drawn[axis] ?? 0) ?? 0;
    }
    const candidate = { ...params, ...own };
    if (isWanted(candidate)) {
      found += 1;
      // Of the value, not of the draw, which was rounded to a step.
      const positions = positionsIn(group, candidate) ?? drawn;
      const gain = good.logDensity(positions) - others.logDensity(positions);
      if (gain > bestGain) {
        best = candidate;
        bestGain = gain;
      }
    }
  }
  return best;
};
