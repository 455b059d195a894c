/** Sign-flip permutation test over users: how often would chance alone make a difference as large as this? */
import { elementAt, missing } from '../../contracts/element-at.ts';
import { createRng } from '../rng.ts';
import { type PairedUsers, pairedDifferences } from './paired-differences.ts';

export interface SignFlipOptions extends PairedUsers {
  /** At least 1. */
  readonly permutations: number;
  readonly seed: number;
  /** two-sided, the default: a difference from 0. greater: a difference above 0. */
  readonly alternative?: 'two-sided' | 'greater';
}

/** One random word flips 32 users: eight groups of four. */
const GROUPS = 8;
const GROUP = 4;
const PATTERNS = 2 ** GROUP;
const WORD_USERS = GROUPS * GROUP;
const WORD_SUMS = GROUPS * PATTERNS;
const PATTERN_MASK = PATTERNS - 1;

/** Sums that differ by rounding alone are equal: a share of the sum of absolute differences. */
const TOLERANCE = 1e-12;

/** `[groups, patterns]`: the sum of four differences for each of their sixteen sign patterns; absent users are 0. */
const groupSums = (differences: Float64Array): Float64Array => {
  const words = Math.ceil(differences.length / WORD_USERS);
  return Float64Array.from({ length: words * WORD_SUMS }, (_, at) => {
    const first = Math.floor(at / PATTERNS) * GROUP;
    const pattern = at % PATTERNS;
    let sum = 0;
    for (let member = 0; member < GROUP && first + member < differences.length; member += 1) {
      const difference = elementAt(differences, first + member);
      sum += ((pattern >> member) & 1) === 0 ? difference : -difference;
    }
    return sum;
  });
};

/**
 * p-value of the mean difference candidate - champion, if each user might as well have had the two models the
 * other way round (Fisher 1935; for rankings: Smucker, Allan & Carterette 2007). (hits + 1) / (permutations + 1) is never
 * 0, and keeps its level (Phipson & Smyth 2010). A function of its options alone; two-sided, swapping the models changes
 * nothing.
 */
export const signFlipTest = (options: SignFlipOptions): number => {
  const { permutations, seed } = options;
  const isTwoSided = options.alternative !== 'greater';
  // A user without a difference has no sign to flip.
  const differences = pairedDifferences(options).filter((difference) => difference !== 0);
  const sums = groupSums(differences);
  const total = differences.reduce((sum, value) => sum + value, 0);
  const spread = differences.reduce((sum, value) => sum + Math.abs(value), 0);
  const bound = (isTwoSided ? Math.abs(total) : total) - TOLERANCE * spread;
  const rng = createRng(seed);
  let hits = 0;
  for (let permutation = 0; permutation < permutations; permutation += 1) {
    let sum = 0;
    for (let group = 0; group < sums.length; group += WORD_SUMS) {
      let signs = rng.below(2 ** 32);
      for (let at = group; at < group + WORD_SUMS; at += PATTERNS) {
        const index = at + (signs & PATTERN_MASK);
        sum += sums[index] ?? missing(sums, index);
        signs >>>= GROUP;
      }
    }
    hits += (isTwoSided ? Math.abs(sum) : sum) >= bound ? 1 : 0;
  }
  return (hits + 1) / (permutations + 1);
};
