import { describe, expect, it } from 'vitest';
import { calibrateGate } from '../../../policy/gate/calibrate.ts';
import { GATE, isPromoted, simulateSweep, simulateYear } from '../../support/simulate-gate.ts';
import { simulatePair } from '../../support/simulated-users.ts';

const USERS = 350;
/** Three standard errors beyond the expected number of hits. */
const most = (trials: number, rate: number): number => trials * rate + 3 * Math.sqrt(trials * rate * (1 - rate));
const least = (trials: number, rate: number): number => trials * rate - 3 * Math.sqrt(trials * rate * (1 - rate));
const count = (trials: number, isHit: (seed: number) => boolean): number =>
  Array.from({ length: trials }, (_, seed) => isHit(seed)).filter(Boolean).length;

describe('policy/gate in simulated sweeps', () => {
  it('promotes an equal model about as often as one side of the interval leaves out, whichever trial was chosen', () => {
    const sweeps = Array.from({ length: 300 }, (_, seed) => simulateSweep({ users: USERS, seed }));
    const promoted = sweeps.filter((sweep) => sweep.isPromoted).length;
    expect(promoted).toBeLessThanOrEqual(most(300, 0.025));
    expect(promoted).toBeGreaterThan(0);
    // The simulation can tell: the same gate on the part that chose the trial is wrong far more often.
    expect(sweeps.filter((sweep) => sweep.isPromotedOnChoosing).length).toBeGreaterThan(most(300, 0.05));
  });

  it('promotes falsely within the stated level in a year of retrains on one test part', () => {
    const years = Array.from({ length: 40 }, (_, seed) => simulateYear({ users: 200, retrains: 52, seed }));
    expect(years.filter((year) => year.isPromoted).length).toBeLessThanOrEqual(most(40, 0.05));
    // With the full level at every look, a false promotion is to be expected about every other year.
    expect(years.filter((year) => year.isPromotedAtFullLevel).length).toBeGreaterThan(most(40, 0.05));
  });

  it('finds what it says it finds: the smallest lift in 80 % of tests', () => {
    const calibrated = calibrateGate({
      ...simulatePair({ users: USERS, lift: 0, seed: 1000 }),
      ...{ gate: GATE, seed: 1, simulations: 300, resamples: 1000 },
    });
    // By the normal approximation, with a spread of 0.23 over users: 2.8 * 0.23 / √350 = 0.034.
    const lift = calibrated.smallest_gain ?? 0;
    expect(lift).toBeGreaterThan(0.8 * 0.034);
    expect(lift).toBeLessThan(1.2 * 0.034);
    const found = count(150, (seed) => isPromoted(simulatePair({ users: USERS, lift: 0.034, seed }), 0.95, seed));
    expect(found).toBeGreaterThan(least(150, 0.75));
    expect(found).toBeLessThan(most(150, 0.85));
  });
});
