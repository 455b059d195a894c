import { describe, expect, it } from 'vitest';
import { SAMPLE_RATIO_LEVEL, sampleRatio } from '../../../../policy/online/sample-ratio.ts';
import { createRng } from '../../../../policy/rng.ts';

const pOf = (champion: number, challenger: number, expectedShare = 0.5): number =>
  sampleRatio({ expectedShare, counts: { champion, challenger } }).p_value;

/** The first user at whom the check fails, looked at after each; null: none of them. */
const firstBroken = (expectedShare: number, truth: number, users: number, seed: number): number | null => {
  const rng = createRng(seed);
  const counts = { champion: 0, challenger: 0 };
  for (let user = 1; user <= users; user += 1) {
    counts[rng.next() < truth ? 'challenger' : 'champion'] += 1;
    if (sampleRatio({ expectedShare, counts }).is_broken) {
      return user;
    }
  }
  return null;
};

describe('policy/online/sample-ratio', () => {
  it('has the p-value of the Beta-binomial likelihood ratio', () => {
    // Beta(15, 15): of 2 and 0, (15/30)(16/31) against 1/4: 1.032. The p-value is one over it.
    expect(pOf(0, 2)).toBeCloseTo(31 / 32, 12);
    expect(pOf(2, 0)).toBeCloseTo(31 / 32, 12);
    // Of 1 and 1, (15/30)(15/31) against 1/4: below 1, so no evidence at all.
    expect(pOf(1, 1)).toBe(1);
    // Beta(3, 27), of 1 and 2: (3/30)(4/31)(27/32) against 0.1 * 0.1 * 0.9.
    expect(pOf(1, 2, 0.1)).toBeCloseTo(0.009 / ((3 / 30) * (4 / 31) * (27 / 32)), 12);
    expect(pOf(0, 0)).toBe(1);
  });

  it('finds a division broken that gave everybody the challenger, or a user what nobody was to get', () => {
    expect(sampleRatio({ expectedShare: 0.5, counts: { champion: 0, challenger: 40 } })).toMatchObject({
      ...{ expected_share: 0.5, users: 40, challenger_users: 40, is_broken: true },
    });
    expect([pOf(1, 500, 1), pOf(0, 500, 1), pOf(500, 1, 0)]).toEqual([0, 1, 0]);
  });

  it('stops hardly a sound experiment though it is looked at after every user, and finds lost users', () => {
    const experiments = 150;
    const broken = (expected: number, truth: number) =>
      Array.from({ length: experiments }, (_, seed) => firstBroken(expected, truth, 500, seed)).filter(
        (user) => user !== null,
      ).length;
    // At most 1.5 expected; 7 or more of 150 have a probability of 0.001.
    expect(SAMPLE_RATIO_LEVEL).toBe(0.01);
    expect(broken(0.5, 0.5)).toBeLessThan(7);
    expect(broken(0.1, 0.1)).toBeLessThan(7);
    // A third of the challenger's users is lost.
    expect(broken(0.5, 0.4)).toBeGreaterThan(0.75 * experiments);
  });
});
