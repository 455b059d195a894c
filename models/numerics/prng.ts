/**
 * Random numbers for training, addressed by position: every draw is a function of (seed, stream, index), so a resumed
 * run continues exactly where the interrupted one stopped without any stored generator state.
 */
import { missing } from '../../contracts/element-at.ts';

/** Streams that must not overlap. */
export const STREAM = {
  weights: 1,
  order: 2,
  negatives: 3,
  dropout: 4,
  pool: 5,
  random: 6,
  ids: 7,
  history: 8,
  unknown: 9,
} as const;

/** Finaliser of MurmurHash3 (Appleby, public domain): every input bit changes every output bit. */
const mix = (value: number): number => {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** A 32-bit seed from several integers. */
export const combineSeeds = (...parts: readonly number[]): number =>
  parts.reduce((hash, part) => mix(Math.imul(hash, 0x9e3779b1) + (part | 0) + 0x7f4a7c15), 0x243f6a88);

/** A small sequential generator: Weyl sequence through `mix` (as SplitMix). Uniform 32-bit integers. */
export const createGenerator = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state);
  };
};

const TWO_TO_32 = 0x1_0000_0000;

/** Uniform in [0, 1). */
export const toUnit = (bits: number): number => bits / TWO_TO_32;

/** Uniform integer in [0, bound). */
export const toIndex = (bits: number, bound: number): number => Math.floor((bits / TWO_TO_32) * bound);

/** A permutation of 0 … length-1 (Fisher and Yates). */
export const permutation = (length: number, seed: number): Int32Array => {
  const next = createGenerator(seed);
  const order = Int32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last -= 1) {
    const other = toIndex(next(), last + 1);
    const kept = order[last] ?? missing(order, last);
    order[last] = order[other] ?? missing(order, other);
    order[other] = kept;
  }
  return order;
};
