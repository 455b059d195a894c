/** The inner loop of the bootstrap: nothing in it but draws and sums. */
import { missing } from '../../contracts/element-at.ts';
import type { Rng } from '../rng.ts';

const WORDS = 2 ** 32;

/**
 * Means of resamples with replacement, each of as many draws as there are values, in the order drawn.
 *
 * The generator is sfc32 (Doty-Humphrey, PractRand), seeded from `rng` and written out in place, since a call for each
 * draw costs several times the draw. An index is the upper part of word * values.length (Lemire 2019): one of n values
 * is favoured by at most n / 2^32. Two sums a resample, so that one addition need not wait for the other.
 * @param values fewer than 2^31
 */
export const resampleMeans = (values: Float64Array, resamples: number, rng: Rng): Float64Array => {
  const means = new Float64Array(resamples);
  const draws = values.length;
  const scale = draws / WORDS;
  let [a, b, c] = [rng.below(WORDS) | 0, rng.below(WORDS) | 0, rng.below(WORDS) | 0];
  let counter = 1;
  for (let resample = 0; resample < resamples; resample += 1) {
    let [even, odd] = [0, 0];
    for (let draw = 0; draw < draws; draw += 2) {
      let word = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + word) | 0;
      let index = ((word >>> 0) * scale) | 0;
      even += values[index] ?? missing(values, index);
      if (draw + 1 < draws) {
        word = (((a + b) | 0) + counter) | 0;
        counter = (counter + 1) | 0;
        a = b ^ (b >>> 9);
        b = (c + (c << 3)) | 0;
        c = (((c << 21) | (c >>> 11)) + word) | 0;
        index = ((word >>> 0) * scale) | 0;
        odd += values[index] ?? missing(values, index);
      }
    }
    means[resample] = (even + odd) / draws;
  }
  return means;
};
