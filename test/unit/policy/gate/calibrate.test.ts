import { describe, expect, it } from 'vitest';
import { calibrateGate } from '../../../../policy/gate/calibrate.ts';
import { gateConfig } from '../../../support/experiment-fixtures.ts';

const gate = gateConfig({ model_name: 'two-tower', min_ndcg_at_10: 0.9, margin: 0.05 });

/** Differences of 0.1 and -0.1 by turns: mean 0, standard deviation 0.1. */
const alternating = (users: number) => ({
  candidate: Array.from({ length: users }, (_, user) => 0.5 + (user % 2 === 0 ? 0.1 : -0.1)),
  champion: new Array<number>(users).fill(0.5),
});
const base = { gate, seed: 7, simulations: 1000, resamples: 1000 };

describe('policy/gate/calibrate', () => {
  it('measures the level of one side, and the normal power, for many users', () => {
    const measured = calibrateGate({ ...base, ...alternating(400), gains: [0.014] });
    // Standard error 0.1 / √400 = 0.005. One side of a 95 % interval leaves out 2.5 %.
    expect(measured.level).toBeCloseTo(0.025, 12);
    expect(measured.false_promotions.low).toBeLessThan(0.025);
    expect(measured.false_promotions.high).toBeGreaterThan(0.025);
    // (1.96 + 0.84) * 0.005 = 0.014 is found in 80 % of tests.
    expect(measured.power[0]?.low).toBeLessThan(0.8);
    expect(measured.power[0]?.high).toBeGreaterThan(0.8);
    expect(Math.abs((measured.smallest_gain ?? 0) - 0.014)).toBeLessThan(0.001);
  });

  it('counts from the required gain, also where a loss is allowed', () => {
    // No two means alike: none lies on the required gain exactly.
    const candidate = Array.from({ length: 300 }, (_, user) => (user * 0.618034) % 1);
    const options = { ...base, candidate, champion: [...candidate].reverse(), simulations: 200, gains: [0.05] };
    const free = calibrateGate(options);
    for (const min_improvement of [0.05, -0.05]) {
      const measured = calibrateGate({ ...options, gate: { ...gate, min_improvement } });
      expect(measured.false_promotions).toEqual(free.false_promotions);
      expect(measured.power[0]).toEqual({ ...free.power[0], gain: min_improvement + 0.05 });
      expect(measured.smallest_gain).toBeCloseTo(min_improvement + (free.smallest_gain ?? 0), 12);
    }
    const measured = calibrateGate({ ...options, gate: { ...gate, rule: 'non_inferior' } });
    expect(measured.false_promotions).toEqual(free.false_promotions);
    expect(measured.required_gain).toBe(-0.05);
  });

  it('asks the permutation test too with few users', () => {
    // With 5 users of one spread, 2^5 sign patterns: no p-value below 2 / 32 = 0.0625, so nothing is ever promoted.
    const five = calibrateGate({ ...base, ...alternating(5), simulations: 200 });
    expect(five.false_promotions).toMatchObject({ rate: 0, low: 0 });
    expect(five.smallest_gain).toBeNull();
    // With 40, gains are found again.
    expect(calibrateGate({ ...base, ...alternating(40), simulations: 200 }).smallest_gain).toBeGreaterThan(0.03);
  });

  it('holds the level on few users of whom most do not differ, and says what uneven ones come to', () => {
    // Of 88 users 22 gain 0.1 and 4 lose 0.5: a mean of (22 * 0.1 - 4 * 0.5) / 88 = 0.0023.
    const differences = Array.from({ length: 88 }, (_, user) => (user < 22 ? 0.1 : user < 26 ? -0.5 : 0));
    const options = { candidate: differences, champion: new Array<number>(88).fill(0) };
    const measured = calibrateGate({ ...base, ...options, gains: [] });
    // Sign flips are exact where either sign is as likely.
    expect(measured.false_promotions.low).toBeLessThan(0.025);
    expect(measured.false_promotions.rate).toBeGreaterThan(0);
    // Of 88 draws with a chance of about 4 / 88 each, one or none of the losses is drawn with a probability of about 9 %;
    // the gains alone are then above 0 beyond doubt (22 * 0.1 - 0.5 = 1.7, at a spread of √(22 * 0.01 + 0.25) = 0.7).
    expect(measured.uneven_false_promotions?.low).toBeGreaterThan(0.025);
    expect(measured.uneven_false_promotions?.high).toBeLessThan(0.15);
    // Where nobody loses, no weights make them equal.
    const better = { ...options, candidate: differences.map(Math.abs) };
    expect(calibrateGate({ ...base, ...better, simulations: 10, gains: [] }).uneven_false_promotions).toBeNull();
  });

  it('an approval is a promotion here: what the gate would let through', () => {
    const options = { ...base, ...alternating(300), simulations: 200 };
    const asked = calibrateGate({ ...options, gate: { ...gate, require_approval: true } });
    expect(asked).toEqual(calibrateGate(options));
  });

  it('models that never differ tell nothing about gains', () => {
    const same = new Array<number>(300).fill(0.3);
    const measured = calibrateGate({ ...base, candidate: same, champion: same, simulations: 100 });
    expect(measured.false_promotions.rate).toBe(0);
    expect(measured.smallest_gain).toBeNull();
  });

  it('a function of its options, told after every test', () => {
    const told = (users: number): readonly (readonly [done: number, total: number])[] => {
      const all: [number, number][] = [];
      const onTest = (done: number, total: number) => all.push([done, total]);
      const options = { ...base, ...alternating(users), simulations: 10, gains: [0.01], onTest };
      const { smallest_gain: smallest } = calibrateGate(options);
      expect(smallest).not.toBeNull();
      all.length = 0;
      expect(calibrateGate(options)).toEqual(calibrateGate({ ...options, onTest: () => undefined }));
      return all;
    };
    // Ten tests of either kind.
    expect(told(400)).toEqual(Array.from({ length: 20 }, (_, test) => [test + 1, 20]));
    // With fewer than 200 users each test is judged by permutations: uneven ones once, the others at no gain, at 0.01, at
    // the largest, and 12 times between.
    expect(told(20)).toEqual(Array.from({ length: 180 }, (_, test) => [test + 1, 180]));
  });
});
