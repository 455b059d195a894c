/** From the sweep's settings to the sampler that they name. */
import type { ResolvedSweep } from '../../contracts/resolved-config.ts';
import { enumeratePoints } from '../space/enumerate.ts';
import { createSpace, spaceSize } from '../space/space.ts';
import { drawPoints } from './draws.ts';
import { randomUnits } from './random.ts';
import type { Sampler } from './sampler.ts';
import { createSequenceSampler } from './sequence.ts';

/**
 * A function of its arguments alone. `max_trials` is not its business: it goes on until the space is exhausted, so that
 * a sweep of 10 trials is the beginning of one of 30.
 * @param seed the experiment's
 */
export const createSampler = (sweep: ResolvedSweep, seed: number): Sampler => {
  const space = createSpace(sweep);
  if (sweep.sampler === 'grid') {
    return createSequenceSampler(enumeratePoints(space), []);
  }
  return createSequenceSampler(drawPoints(space, spaceSize(sweep) !== null, randomUnits(seed)), []);
};
