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

  it('counts the users whose results differ', () => {
    const champion = Array.from({ length: 300 }, (_, user) => (user % 7) / 7);
    const candidate = champion.map((value, user) => (user % 20 === 0 ? value + 0.1 : value));
    const { pairedTest } = compareUsers({ candidate, champion, confidence: 0.95, seed: 1 });
    expect(pairedTest).toMatchObject({ users: 300, differing_users: 15 });
  });
});
