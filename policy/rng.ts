/** Seeded random numbers for decisions: the same seed gives the same stream on every platform and in every replay. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Rng {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound); bound ≥ 1. */
  below(bound: number): number;
}

/** The first outputs of xoroshiro128+ for a small seed are nearly alike; these many are thrown away. */
const WARM_UP_DRAWS = 32;

export const createRng = (seed: number): Rng => {
  const generator = xoroshiro128plus(seed);
  for (let draw = 0; draw < WARM_UP_DRAWS; draw += 1) {
    generator.next();
  }
  return {
    next: () => uniformFloat64(generator),
    below: (bound) => uniformInt(generator, 0, bound - 1),
  };
};

/** A seed for a named stream, so that streams drawn from one experiment seed do not overlap. FNV-1a over the name. */
export const deriveSeed = (seed: number, stream: string): number => {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < stream.length; index += 1) {
    hash = Math.imul(hash ^ stream.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash | 0;
};
