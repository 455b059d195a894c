import { describe, expect, it } from 'vitest';
import { compareUsers } from '../../../../policy/gate/compare-users.ts';
import { pairedUsers } from '../../../support/paired-users.ts';

describe('policy/gate/compare-users', () => {
  it('interval, p-value, effect size and smallest lift are of the same users', () => {
    const options = { ...pairedUsers({ users: 400, alike: 0, lift: 0.1, seed: 1 }), confidence: 0.95, seed: 1 };
    const { ci, pairedTest } = compareUsers(options);
    expect(pairedTest.users).toBe(400);
    expect(ci.low).toBeGreaterThan(0);
    expect(pairedTest.p_value).toBeLessThan(0.05);
    // Half the width of the interval is 1.96 standard errors, the smallest lift 1.96 + 0.84 of them, and the effect size
    // is the mean over √400 = 20 standard errors.
    const error = (ci.high - ci.low) / (2 * 1.96);
    expect((pairedTest.smallest_lift ?? 0) / error).toBeCloseTo(2.8, 0);
    expect((pairedTest.effect_size ?? 0) / (ci.mean / (20 * error))).toBeCloseTo(1, 1);
    expect(compareUsers(options)).toEqual({ ci, pairedTest });
  });

  it('tests the required improvement by the differences less it, and nothing else by them', () => {
    const champion = Array.from({ length: 60 }, (_, user) => (user % 7) / 7);
    // Sixty gains of 0.1 and of 0.3 by turns: 0.2 on average.
    const candidate = champion.map((value, user) => value + (user % 2 === 0 ? 0.1 : 0.3));
    const given = { candidate, champion, confidence: 0.95, seed: 1 };
    const { ci, pairedTest } = compareUsers(given);
    expect(pairedTest).not.toHaveProperty('improvement_p_value');
    // Less 0.2 they are as often -0.1 as 0.1, and their sum is 0: every permutation reaches it.
    const asked = compareUsers({ ...given, minImprovement: 0.2 });
    expect(asked).toEqual({ ci, pairedTest: { ...pairedTest, improvement_p_value: 1 } });
    // Less 0.1 they are 0 or 0.2: of thirty signs nearly none are all the same.
    const { improvement_p_value: p } = compareUsers({ ...given, minImprovement: 0.1 }).pairedTest;
    expect(p).toBe(1 / 10_001);
  });

  it('counts the users whose results differ', () => {
    const champion = Array.from({ length: 300 }, (_, user) => (user % 7) / 7);
    const candidate = champion.map((value, user) => (user % 20 === 0 ? value + 0.1 : value));
    const { pairedTest } = compareUsers({ candidate, champion, confidence: 0.95, seed: 1 });
    expect(pairedTest).toMatchObject({ users: 300, differing_users: 15 });
  });
});
