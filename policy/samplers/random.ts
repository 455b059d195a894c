/** Independent draws: what every other sampler has to beat. */
import { createRng, deriveSeed } from '../rng.ts';
import type { DrawUnits } from './draws.ts';

export const randomUnits = (dimensions: number, seed: number): DrawUnits => {
  const rng = createRng(deriveSeed(seed, 'sampler'));
  return () => Array.from({ length: dimensions }, () => rng.next());
};
