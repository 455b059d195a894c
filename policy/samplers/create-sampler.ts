/** From the sweep's settings to the sampler that they name. */
import type { ResolvedSweep } from '../../contracts/resolved-config.ts';
import { enqueuedPoints } from '../space/complete.ts';
import { enumeratePoints } from '../space/enumerate.ts';
import { createSpace } from '../space/space.ts';
import { drawPoints } from './draws.ts';
import { haltonUnits } from './halton.ts';
import { randomUnits } from './random.ts';
import type { Sampler } from './sampler.ts';
import { createSequenceSampler } from './sequence.ts';
import { createTpeSampler } from './tpe/tpe.ts';

/**
 * A function of its arguments alone. Enqueued trials come first. `max_trials` is not its business: it goes on until the
 * space is exhausted, so that a sweep of 10 trials is the beginning of one of 30.
 * @param seed the experiment's
 */
export const createSampler = (sweep: ResolvedSweep, seed: number): Sampler => {
  const space = createSpace(sweep);
  const enqueued = enqueuedPoints(space, sweep);
  const dimensions = space.axes.length;
  const halton = (): Sampler => createSequenceSampler(enqueued, drawPoints(space, haltonUnits(dimensions, seed)));
  switch (sweep.sampler) {
    case 'grid':
      return createSequenceSampler(enqueued, enumeratePoints(space));
    case 'random':
      return createSequenceSampler(enqueued, drawPoints(space, randomUnits(dimensions, seed)));
    case 'halton':
      return halton();
    case 'tpe':
      return createTpeSampler({ space, settings: sweep.tpe, seed, startup: halton(), enqueued: enqueued.length });
  }
};
