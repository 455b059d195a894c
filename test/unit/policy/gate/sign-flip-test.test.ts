import { describe, expect, it } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import { signFlipTest } from '../../../../policy/gate/sign-flip-test.ts';

const base = { permutations: 20_000, seed: 3 };
const against = (candidate: readonly number[]): number =>
  signFlipTest({ ...base, candidate, champion: candidate.map(() => 0) });

describe('policy/gate/sign-flip-test', () => {
  it('counts sign patterns whose sum is as far from 0', () => {
    // 1 + 2 + 3 = 6: of the eight sign patterns only + + + and - - - reach it, so p = 2 / 8.
    expect(Math.abs(against([1, 2, 3]) - 0.25)).toBeLessThan(0.015);
    // 3 + 2 - 1 = 4: six (two patterns) and four (two patterns), so p = 4 / 8.
    expect(Math.abs(against([-1, 2, 3]) - 0.5)).toBeLessThan(0.015);
  });

  it('sums that differ by rounding alone are equal', () => {
    // 0.1 + 0.2 is not 0.3 in binary: + + - and - - + are 0 all the same, like every sum: p = 1.
    expect(against([0.1, 0.2, -0.3])).toBe(1);
  });

  it('users without a difference change nothing, and none that differs gives 1', () => {
    const padded = [...new Array<number>(60).fill(0), 1, 2, ...new Array<number>(60).fill(0), 3];
    expect(against(padded)).toBe(against([1, 2, 3]));
    expect(against([0, 0])).toBe(1);
  });

  it('is never 0, and agrees with the normal approximation for many users', () => {
    // All 100 signs alike: no permutation comes near, and 1 / 20,001 is left.
    expect(against(new Array<number>(100).fill(0.1))).toBe(1 / 20_001);
    // 400 users, +0.2 and -0.16 in turn: mean 0.02, root mean square 0.1811, z = 0.02 / (0.1811 / 20) = 2.21, p = 0.027.
    const turns = Array.from({ length: 400 }, (_, user) => (user % 2 === 0 ? 0.2 : -0.16));
    expect(Math.abs(against(turns) - 0.027)).toBeLessThan(0.005);
  });

  it('refuses unequal numbers of users', () => {
    expect(() => signFlipTest({ ...base, candidate: [1], champion: [1, 2] })).toThrow(TtExpError);
  });
});
