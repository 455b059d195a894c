/** A number that a text always has, and that looks drawn at random: what users are divided by. */

const BLOCK_1 = 0xcc9e2d51;
const BLOCK_2 = 0x1b873593;

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

const mixBlock = (block: number): number => Math.imul(rotate(Math.imul(block, BLOCK_1), 15), BLOCK_2);

const finalise = (hash: number): number => {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

/** MurmurHash3_x86_32 (Appleby 2011) of the text in UTF-16LE: two code units are one block. */
const murmur3 = (text: string, seed: number): number => {
  let hash = seed;
  const paired = text.length - (text.length % 2);
  for (let at = 0; at < paired; at += 2) {
    const block = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
    hash = Math.imul(rotate(hash ^ mixBlock(block), 13), 5) + 0xe6546b64;
  }
  if (paired < text.length) {
    hash ^= mixBlock(text.charCodeAt(paired));
  }
  return finalise(hash ^ (2 * text.length));
};

/**
 * An integer in [0, 2^32), the same on every machine for ever. The hash of each part is the seed of the next one's, so that
 * ('a', 'bc') and ('ab', 'c') have nothing in common. No defence against people who choose their ids.
 */
export const hashKey = (...parts: readonly string[]): number => parts.reduce((seed, part) => murmur3(part, seed), 0);
