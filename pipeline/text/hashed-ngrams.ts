/**
 * The text encoder that needs nothing: hashed words and letter groups. Texts that share words, or parts of words, are
 * near each other; what words mean it does not know.
 *
 * Feature hashing with signs (Weinberger et al. 2009): words count once, groups of 3 to 5 letters of a word (with its
 * ends marked, as in Bojanowski et al. 2017) half; each falls into one of `dim` columns, with a sign, by a hash; counts
 * enter as 1 + ln(count); rows have length 1.
 */
import { addAt } from '../../contracts/element-at.ts';
import type { TextEncoder } from './text-encoder.ts';

const DIM = 384;
const GROUP_LENGTHS = [3, 4, 5];
const GROUP_WEIGHT = 0.5;

/** FNV-1a over UTF-16 units, mixed as in MurmurHash3's end: unsigned 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

const countFeatures = (text: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  const count = (feature: string): void => {
    counts.set(feature, (counts.get(feature) ?? 0) + 1);
  };
  for (const word of wordsOf(text)) {
    count(`w ${word}`);
    const marked = `<${word}>`;
    for (const length of GROUP_LENGTHS) {
      for (let start = 0; start + length <= marked.length; start += 1) {
        count(`g ${marked.slice(start, start + length)}`);
      }
    }
  }
  return counts;
};

const encodeText = (text: string, row: Float32Array): void => {
  const sums = new Float64Array(row.length);
  for (const [feature, count] of countFeatures(text)) {
    const hash = hashOf(feature);
    const column = (hash >>> 1) % row.length;
    const weight = (feature.startsWith('w') ? 1 : GROUP_WEIGHT) * (1 + Math.log(count));
    addAt(sums, column, (hash & 1) === 1 ? weight : -weight);
  }
  const norm = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0));
  if (norm > 0) {
    row.set(sums.map((value) => value / norm));
  }
};

/** A text without a letter or digit is a row of zeros. */
export const createHashedEncoder = (dim: number = DIM): TextEncoder => ({
  id: dim === DIM ? 'hashed-ngrams/1' : `hashed-ngrams/1-${dim}`,
  dim,
  encode: async (texts) => {
    const matrix = new Float32Array(texts.length * dim);
    texts.forEach((text, index) => {
      encodeText(text, matrix.subarray(index * dim, (index + 1) * dim));
    });
    return matrix;
  },
  close: () => Promise.resolve(),
});
