/** Draws that fill the space more evenly than chance does, after any number of them. */
import { missing } from '../../contracts/element-at.ts';
import { createRng, deriveSeed, type Rng } from '../rng.ts';
import type { DrawUnits } from './draws.ts';

const firstPrimes = (count: number): readonly number[] => {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate += 1) {
    if (primes.every((prime) => candidate % prime !== 0)) {
      primes.push(candidate);
    }
  }
  return primes;
};

/** Fisher and Yates. */
const permutation = (length: number, rng: Rng): readonly number[] => {
  const places = Array.from({ length }, (_, place) => place);
  for (let place = length - 1; place > 0; place -= 1) {
    const other = rng.below(place + 1);
    const value = places[place] ?? missing(places, place);
    places[place] = places[other] ?? missing(places, other);
    places[other] = value;
  }
  return places;
};

/** Digits beyond this weigh less than a double can tell. */
const digitsIn = (base: number): number => Math.ceil(53 / Math.log2(base));

const radicalInverse = (index: number, base: number, permutations: readonly (readonly number[])[]): number => {
  let rest = index;
  let weight = 1 / base;
  let sum = 0;
  for (const digits of permutations) {
    sum += (digits[rest % base] ?? missing(digits, rest % base)) * weight;
    rest = Math.floor(rest / base);
    weight /= base;
  }
  return Math.min(sum, 1 - Number.EPSILON);
};

/**
 * Halton's sequence, one prime a dimension, the digits of each place permuted at random (Owen 2017, "A randomized
 * Halton algorithm in R"). Chosen over Sobol's: no table of direction numbers, and as good at any number of points, not
 * only at powers of two.
 */
export const haltonUnits = (dimensions: number, seed: number): DrawUnits => {
  const axes = firstPrimes(dimensions).map((base, dimension) => {
    const rng = createRng(deriveSeed(seed, `halton/${dimension}`));
    return { base, permutations: Array.from({ length: digitsIn(base) }, () => permutation(base, rng)) };
  });
  let index = 0;
  return () => {
    const units = axes.map(({ base, permutations }) => radicalInverse(index, base, permutations));
    index += 1;
    return units;
  };
};
