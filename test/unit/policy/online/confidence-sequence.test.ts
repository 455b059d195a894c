import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidenceSequence } from '../../../../policy/online/confidence-sequence.ts';
import { createRng } from '../../../../policy/rng.ts';

const shares = (values: readonly number[], confidence = 0.95) =>
  confidenceSequence({
    observations: values.map((value) => ({ value, low: 0, high: 1 })),
    ...{ confidence, support: [0, 1] },
  });

const SHARES = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 });

describe('policy/online/confidence-sequence', () => {
  // The values never vary, so against a mean of 0.75 or more every bet is the boldest: 0.9 / mean, and each 1 multiplies
  // the money by 1 + (0.9 / mean) (1 - mean) = 0.1 + 0.9 / mean. The interval leaves out what made 40 of 1.
  it('rules out the means that betting against made forty times the money', () => {
    const twenty = shares(Array.from({ length: 20 }, () => 1));
    expect(twenty.pValue(0.9)).toBeCloseTo(2 / 1.1 ** 20, 10);
    expect(twenty.low).toBeCloseTo(0.9 / (40 ** (1 / 20) - 0.1), 6);
    expect(twenty.high).toBeCloseTo(1, 6);
    const zeros = shares(Array.from({ length: 20 }, () => 0));
    expect(zeros.pValue(0.1)).toBeCloseTo(2 / 1.1 ** 20, 10);
    expect(zeros.high).toBeCloseTo(1 - twenty.low, 6);
  });

  it('knows nothing before anything was observed', () => {
    const sequence = shares([]);
    expect([sequence.pValue(0.3), sequence.furtherUntil(0.3)]).toEqual([1, null]);
    expect(sequence.low).toBeCloseTo(0, 6);
    expect(sequence.high).toBeCloseTo(1, 6);
  });

  it('never widens as more is observed', () => {
    fc.assert(
      fc.property(SHARES, SHARES, (first, then) => {
        const [before, after] = [shares(first), shares([...first, ...then])];
        expect(after.low).toBeGreaterThanOrEqual(before.low);
        expect(after.high).toBeLessThanOrEqual(before.high);
      }),
    );
  });

  it('excludes a mean exactly where its p-value is below the level, and is wider at more confidence', () => {
    const skewed = fc.array(fc.constantFrom(0, 0, 0, 0.1, 1), { minLength: 20, maxLength: 200 });
    fc.assert(
      fc.property(skewed, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (values, mean) => {
        const { low, high, pValue } = shares(values);
        // The ends are known to 1e-7.
        fc.pre(Math.abs(mean - low) > 1e-6 && Math.abs(mean - high) > 1e-6);
        expect(pValue(mean) <= 0.05).toBe(mean < low || mean > high);
        const wider = shares(values, 0.99);
        expect([wider.low <= low + 1e-6, wider.high >= high - 1e-6]).toEqual([true, true]);
      }),
    );
  });

  it('mirrors with its observations, which may each have other bounds', () => {
    const observation = fc
      .tuple(fc.double({ min: 1, max: 3, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([bound, at]) => ({ value: bound * (2 * at - 1), low: -bound, high: bound }));
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 60 }), (observations) => {
        const options = { confidence: 0.9, support: [-1, 1] } as const;
        const { low, high } = confidenceSequence({ observations, ...options });
        const mirrored = confidenceSequence({
          observations: observations.map((one) => ({ value: -one.value, low: -one.high, high: -one.low })),
          ...options,
        });
        expect(mirrored.low).toBeCloseTo(-high, 6);
        expect(mirrored.high).toBeCloseTo(-low, 6);
      }),
    );
  });

  it('says how many more would exclude a mean: none where it is excluded, null where they are alike', () => {
    expect(shares(Array.from({ length: 100 }, (_, at) => at % 2)).furtherUntil(0.1)).toBe(0);
    expect(shares(Array.from({ length: 100 }, (_, at) => at % 2)).furtherUntil(0.5)).toBeNull();
    // A share of 0.6 after 100, asked about 0.5: tried out, as many again and again until it is excluded.
    const pattern = (length: number) => Array.from({ length }, (_, at) => (at % 5 < 3 ? 1 : 0));
    const further = shares(pattern(100)).furtherUntil(0.5) ?? Number.NaN;
    let needed = 100;
    while (shares(pattern(needed)).low < 0.5) {
      needed += 5;
    }
    expect(Math.abs(further + 100 - needed) / needed).toBeLessThan(0.1);
  });

  it('holds after every one of 400 skewed observations', () => {
    const experiments = 400;
    const missed = Array.from({ length: experiments }, (_, seed) => {
      const rng = createRng(seed);
      const values = Array.from({ length: 400 }, () => (rng.next() < 0.1 ? rng.next() : 0));
      return shares(values).pValue(0.05) <= 0.05;
    }).filter(Boolean).length;
    // At most 20 expected; 32 or more have a probability of 0.005.
    expect(missed).toBeLessThan(32);
  });
});
