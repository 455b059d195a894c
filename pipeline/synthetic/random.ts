/** Seeded random streams. A stream is named by (seed, name, index), so users and items can be drawn in any order. */

import { elementAt, missing } from '../../contracts/element-at.ts';

export interface RandomStream {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** Standard Gumbel: the argmax of (score + gumbel) draws from softmax(score). */
  gumbel(): number;
  pick<T extends string>(values: readonly [T, ...T[]]): T;
}

const WARM_UP_DRAWS = 12;

/** FNV-1a over the name: names of streams become words of state. */
const wordOf = (name: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
};

/** Small fast chaotic generator with a counter (128 bits of state): streams never share a state. */
export const createStream = (seed: number, name: string, index = 0): RandomStream => {
  let a = seed | 0;
  let b = wordOf(name) | 0;
  let c = index | 0;
  let counter = 1;
  const draw = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let round = 0; round < WARM_UP_DRAWS; round += 1) {
    draw();
  }
  const next = (): number => draw() / 0x1_0000_0000;
  /** In (0, 1): safe to take the logarithm of. */
  const open = (): number => (draw() + 0.5) / 0x1_0000_0000;
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(open())) * Math.cos(2 * Math.PI * open()),
    gumbel: () => -Math.log(-Math.log(open())),
    pick: (values) => elementAt(values, Math.floor(next() * values.length)),
  };
};

/** `count` distinct values, in random order. */
export const sample = <T>(random: RandomStream, values: readonly T[], count: number): T[] => {
  const pool = [...values];
  const taken: T[] = [];
  while (taken.length < count && pool.length > 0) {
    taken.push(...pool.splice(random.below(pool.length), 1));
  }
  return taken;
};

/** An index drawn with probability proportional to its weight. */
export const weightedIndex = (random: RandomStream, weights: ArrayLike<number>): number => {
  let total = 0;
  for (let index = 0; index < weights.length; index += 1) {
    total += weights[index] ?? missing(weights, index);
  }
  let rest = random.next() * total;
  for (let index = 0; index < weights.length - 1; index += 1) {
    rest -= weights[index] ?? missing(weights, index);
    if (rest < 0) {
      return index;
    }
  }
  return weights.length - 1;
};
