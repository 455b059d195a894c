import { describe, expect, it } from 'vitest';
import { addAt } from '../../../../contracts/element-at.ts';
import { assignArm } from '../../../../policy/online/assign-arm.ts';
import { hashKey } from '../../../../policy/online/hash-key.ts';

const USERS = 100_000;

const ID_KINDS: readonly (readonly [string, (index: number) => string])[] = [
  ['sequential', (index) => String(index)],
  ['zero-padded', (index) => `u${String(index).padStart(12, '0')}`],
  ['unicode', (index) => `Zoë-${String.fromCodePoint(0x4e00 + (index % 20_000))}-${Math.floor(index / 20_000)} 🦉`],
  [
    'uuid-like',
    (index) =>
      `${(index * 2_654_435_761).toString(16).padStart(14, '0')}-4000-8000-${index.toString(16).padStart(12, '0')}`,
  ],
];

const isChallengers = (experimentId: string, userId: string, share: number): boolean =>
  assignArm({ experimentId, userId, share }).arm === 'challenger';

/** Pearson's statistic of counts that are expected to be equal. */
const chiSquare = (counts: Float64Array): number => {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};

/** Exceeded with probability 1e-6: 99 degrees of freedom, and 3. */
const CHI_99 = 182.4;
const CHI_3 = 30.7;

describe('policy/online/assign-arm', () => {
  // The hashes over 2^32 are 0.5585, 0.1479, 0.5290, 0.6557, 0.1195 for exp-1 and 0.4362, 0.9309, 0.8870, 0.7647, 0.8554
  // for exp-2 (mmh3 for Python).
  it.each([
    ['exp-1', 0.5, [false, true, false, false, true]],
    ['exp-1', 0.54, [false, true, true, false, true]],
    ['exp-2', 0.5, [true, false, false, false, false]],
    ['exp-2', 0.87, [true, false, false, true, true]],
  ])('divides the users of %s at %d as it always did', (experimentId, share, expected) => {
    const users = ['user-1', 'user-2', 'user-3', '42', 'Zoë 🦉'];
    expect(users.map((userId) => isChallengers(experimentId, userId, share))).toEqual(expected);
  });

  it.each(ID_KINDS)('spreads %s ids evenly', (_, idOf) => {
    const counts = new Float64Array(100);
    for (let index = 0; index < USERS; index += 1) {
      addAt(counts, Math.floor((hashKey('arm', 'exp-1', idOf(index)) / 2 ** 32) * 100), 1);
    }
    expect(chiSquare(counts)).toBeLessThan(CHI_99);
  });

  it.each(ID_KINDS)('divides %s ids independently in two experiments of similar names', (_, idOf) => {
    const counts = new Float64Array(4);
    for (let index = 0; index < USERS; index += 1) {
      const [first, second] = ['exp-1', 'exp-2'].map((id) => isChallengers(id, idOf(index), 0.5));
      addAt(counts, (first ? 2 : 0) + (second ? 1 : 0), 1);
    }
    expect(chiSquare(counts)).toBeLessThan(CHI_3);
  });

  it('keeps the users of the challenger as its share grows, and states the propensity of what they got', () => {
    const shares = [0, 0.1, 0.5, 0.9, 1];
    for (let index = 0; index < 2000; index += 1) {
      const assigned = shares.map((share) => assignArm({ experimentId: 'exp', userId: `u${index}`, share }));
      const arms = assigned.map(({ arm }) => arm);
      expect(arms).toEqual([...arms].sort().reverse());
      expect([arms[0], arms.at(-1)]).toEqual(['champion', 'challenger']);
      expect(assigned.map(({ propensity }) => propensity)).toEqual(
        shares.map((share, at) => (arms[at] === 'challenger' ? share : 1 - share)),
      );
    }
  });
});
