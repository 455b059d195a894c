import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { armDifference } from '../../../../policy/online/arm-difference.ts';

const USERS = fc.array(fc.record({ isChallengers: fc.boolean(), value: fc.double({ min: 0, max: 1, noNaN: true }) }), {
  minLength: 1,
  maxLength: 40,
});
const SHARE = fc.double({ min: 0.05, max: 0.95, noNaN: true });

describe('policy/online/arm-difference', () => {
  it("weighs a user's value by the probability of the arm, less what earlier users had", () => {
    const users = [
      { isChallengers: true, value: 0.4 },
      { isChallengers: false, value: 0.1 },
      { isChallengers: false, value: 0.5 },
    ];
    // A fifth is the challenger's. Baselines: 0; 0.4; (4 * 0.4 + 0.25 * 0.1) / 4.25 = 0.382353.
    const [first, second, third] = armDifference(users, 0.2).map(({ value }) => value);
    expect(first).toBeCloseTo(0.4 / 0.2, 12);
    expect(second).toBeCloseTo(-(0.1 - 0.4) / 0.8, 12);
    expect(third).toBeCloseTo(-(0.5 - 1.625 / 4.25) / 0.8, 12);
  });

  it('keeps every observation within bounds that were known before, and that hold every possible difference', () => {
    fc.assert(
      fc.property(USERS, SHARE, fc.boolean(), fc.constantFrom(0, 1), (users, share, isChallengers, value) => {
        const last = { isChallengers, value };
        const observations = armDifference([...users, last], share);
        for (const { value: difference, low, high } of observations) {
          expect(difference).toBeGreaterThanOrEqual(low - 1e-12);
          expect(difference).toBeLessThanOrEqual(high + 1e-12);
          expect(low).toBeLessThanOrEqual(-1 + 1e-12);
          expect(high).toBeGreaterThanOrEqual(1 - 1e-12);
        }
        const other = armDifference([...users, { isChallengers: !isChallengers, value: 1 - value }], share);
        expect(other.at(-1)).toMatchObject({ low: observations.at(-1)?.low, high: observations.at(-1)?.high });
      }),
    );
  });

  it('has the difference of what the user would have had in each arm as its mean over the arms', () => {
    fc.assert(
      fc.property(USERS, SHARE, (users, share) => {
        const withLast = (isChallengers: boolean, value: number) =>
          armDifference([...users, { isChallengers, value }], share).at(-1)?.value ?? Number.NaN;
        const mean = share * withLast(true, 0.7) + (1 - share) * withLast(false, 0.3);
        expect(mean).toBeCloseTo(0.4, 9);
      }),
    );
  });
});
