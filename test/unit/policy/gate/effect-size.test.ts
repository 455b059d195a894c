import { describe, expect, it } from 'vitest';
import { effectSize } from '../../../../policy/gate/effect-size.ts';
import { normalQuantile } from '../../../../policy/gate/normal-quantile.ts';
import { pairedBootstrap } from '../../../../policy/gate/paired-bootstrap.ts';
import { createRng } from '../../../../policy/rng.ts';
import { pairedUsers } from '../../../support/paired-users.ts';

const against = (candidate: readonly number[]) => effectSize({ candidate, champion: candidate.map(() => 0) }, 0.95);

describe('policy/gate/effect-size', () => {
  it('mean over deviation, and the lift that 80 % of all tests find', () => {
    // Mean 2, deviation √(2 / 2) = 1, n = 3: d = 2, and (1.960 + 0.8416) * 1 / √3 = 1.6175.
    const { effectSize: d, smallestLift } = against([1, 2, 3]);
    expect(d).toBeCloseTo(2, 12);
    expect(smallestLift).toBeCloseTo(1.6175, 2);
  });

  it('nothing to tell where the differences do not spread, or there is only one', () => {
    expect(against([0, 0, 0])).toEqual({ effectSize: null, smallestLift: 0 });
    expect(against([0.5])).toEqual({ effectSize: null, smallestLift: null });
  });

  it('that share of tests does find a lift of that size', () => {
    const users = pairedUsers({ users: 2000, alike: 0.5, lift: 0, seed: 9 });
    const differences = Array.from(users.candidate, (value, user) => value - (users.champion[user] ?? 0));
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    // 300 samples of 250 users from this population, moved to the lift that 250 users show 80 % of the time.
    const { smallestLift } = effectSize(users, 0.95);
    const lift = (smallestLift ?? 0) * Math.sqrt(2000 / 250);
    const rng = createRng(5);
    let found = 0;
    for (let sample = 0; sample < 300; sample += 1) {
      const candidate = Array.from({ length: 250 }, () => (differences[rng.below(2000)] ?? 0) - mean + lift);
      const champion = candidate.map(() => 0);
      found += pairedBootstrap({ candidate, champion, confidence: 0.95, resamples: 400, seed: sample }).low > 0 ? 1 : 0;
    }
    // Standard error √(0.8 * 0.2 / 300) = 0.023; a lopsided population costs some more.
    expect(Math.abs(found / 300 - 0.8)).toBeLessThan(0.08);
  });
});

describe('policy/gate/normal-quantile', () => {
  it.each([
    [0.5, 0],
    [0.8, 0.8416],
    [0.975, 1.96],
    [0.9995, 3.2905],
    [0.025, -1.96],
  ])('the quantile of %f is %f', (probability, value) => {
    expect(Math.abs(normalQuantile(probability) - value)).toBeLessThan(0.0006);
  });
});
