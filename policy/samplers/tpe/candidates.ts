/** Whole trials drawn from the densities of the good ones, the best of which goes on. */
import { elementAt } from '../../../contracts/element-at.ts';
import type { ParameterValue, TrialParams } from '../../../contracts/trial.ts';
import type { Rng } from '../../rng.ts';
import { valueAtPosition } from '../../space/domain.ts';
import { findViolated, isActive, type Space } from '../../space/space.ts';
import type { Densities } from './densities.ts';
import { type Group, positionsIn } from './groups.ts';
import type { Stage } from './stages.ts';

export interface CandidateRequest {
  readonly space: Space;
  readonly stages: readonly Stage[];
  readonly densitiesOf: (group: Group) => Densities;
  /** How many to choose from. */
  readonly candidates: number;
  readonly rng: Rng;
  readonly isNew: (params: TrialParams) => boolean;
}

interface Candidate {
  readonly params: TrialParams;
  /** Logarithm of the density of good trials in proportion to that of the others. */
  readonly gain: number;
}

/** Draws for each candidate, where constraints or earlier trials refuse some. */
const MAX_DRAWS_PER_CANDIDATE = 10;

const drawIn = (group: Group, { good, others }: Densities, rng: Rng): Candidate => {
  const drawn = good.draw(rng);
  const params: Record<string, ParameterValue> = {};
  for (const [axis, { key, domain }] of group.entries()) {
    params[key] = valueAtPosition(domain, elementAt(drawn, axis));
  }
  // Of the value, not of the draw, which was rounded to a step.
  const positions = positionsIn(group, params) ?? drawn;
  return { params, gain: good.logDensity(positions) - others.logDensity(positions) };
};

/** Group by group; null where a constraint refuses it. */
const drawCandidate = ({ space, stages, densitiesOf, rng }: CandidateRequest): Candidate | null => {
  let params: TrialParams = {};
  let gain = 0;
  for (const { group, decided } of stages) {
    if (isActive(space, group[0], params)) {
      const part = drawIn(group, densitiesOf(group), rng);
      params = { ...params, ...part.params };
      gain += part.gain;
    }
    if (decided.some((axis) => findViolated(space, axis, params) !== null)) {
      return null;
    }
  }
  return { params, gain };
};

/**
 * The parameters where the density of good trials is greatest in proportion to that of the others: which is where the
 * expected improvement is (Bergstra et al. 2011, section 4.1). Whole trials are compared, so that a branch is taken for
 * the sake of what its own parameters promise. null where no draw is feasible and new.
 */
export const chooseCandidate = (request: CandidateRequest): TrialParams | null => {
  const { candidates, isNew } = request;
  let best: Candidate | null = null;
  let found = 0;
  for (let draw = 0; found < candidates && draw < candidates * MAX_DRAWS_PER_CANDIDATE; draw += 1) {
    const candidate = drawCandidate(request);
    if (candidate !== null && isNew(candidate.params)) {
      found += 1;
      best = best === null || candidate.gain > best.gain ? candidate : best;
    }
  }
  return best?.params ?? null;
};
