import { describe, expect, it } from 'vitest';
import { hashKey } from '../../../../policy/online/hash-key.ts';

// From mmh3 5 for Python: mmh3.hash(part.encode('utf-16-le'), seed, signed=False), each hash the seed of the next part.
const GOLDEN: readonly (readonly [readonly string[], number])[] = [
  [[''], 0],
  [['a'], 1867108634],
  [['ab'], 374890698],
  [['user-1'], 2429978192],
  [['arm', 'exp-1', 'user-1'], 2398876526],
  [['arm', 'exp-1', 'Zoë 🦉'], 513421887],
  [['a', 'bc'], 1036313947],
  [['ab', 'c'], 2350197415],
];

describe('policy/online/hash-key', () => {
  it.each(GOLDEN)('hashes %j as the reference does', (parts, hash) => {
    expect(hashKey(...parts)).toBe(hash);
  });
});
