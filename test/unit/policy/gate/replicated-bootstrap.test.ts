import { describe, expect, it } from 'vitest';
import { compareUsers } from '../../../../policy/gate/compare-users.ts';
import { pairedBootstrap } from '../../../../policy/gate/paired-bootstrap.ts';
import { meanOverReplicates, replicatedBootstrap, seedNoiseOf } from '../../../../policy/gate/replicated-bootstrap.ts';

const settings = { confidence: 0.95, resamples: 4000, seed: 7 };

/** Differences of 0.1 and -0.1 by turns, with the mean given. */
const training = (users: number, mean: number): readonly number[] =>
  Array.from({ length: users }, (_, user) => 0.5 + mean + (user % 2 === 0 ? 0.1 : -0.1));

describe('policy/gate/replicated-bootstrap', () => {
  it('trainings that agree have the interval of one of them', () => {
    const [one, champion] = [training(400, 0.02), new Array<number>(400).fill(0.5)];
    const { low, high, mean } = replicatedBootstrap({ ...settings, replicates: [one, one, one], champion });
    const alone = pairedBootstrap({ ...settings, candidate: one, champion });
    expect(mean).toBeCloseTo(alone.mean, 12);
    expect(low).toBeCloseTo(alone.low, 12);
    expect(high).toBeCloseTo(alone.high, 12);
  });

  it('has the variance of the mean over users and of the mean over trainings', () => {
    // Users: 0.1 / √10,000 = 0.001. Trainings: means -0.03, 0, 0.03 have the variance 0.0009, their mean 0.0003: standard
    // error 0.0173, beside which the users' is nothing. Pairs drawn of three: (-0.03, -0.03) to (0.03, 0.03), so the ends
    // are ±0.03 and what the users add.
    const replicates = [-0.03, 0, 0.03].map((mean) => training(10_000, mean));
    const champion = new Array<number>(10_000).fill(0.5);
    const { low, high, mean } = replicatedBootstrap({ ...settings, replicates, champion });
    expect(mean).toBeCloseTo(0, 12);
    expect(Math.abs(low + 0.03)).toBeLessThan(0.004);
    expect(Math.abs(high - 0.03)).toBeLessThan(0.004);
    // One lucky seed alone would have been certain of a gain.
    expect(pairedBootstrap({ ...settings, candidate: replicates[2] ?? [], champion }).low).toBeGreaterThan(0.02);
    expect(seedNoiseOf(replicates)).toEqual({ replicates: 3, sd: expect.closeTo(0.03, 12) });
  });

  it('averages user by user: the p-value is that of the averages, the smallest lift has the trainings in it', () => {
    expect([
      ...meanOverReplicates([
        [0, 1],
        [1, 0.5],
      ]),
    ]).toEqual([0.5, 0.75]);
    const replicates = [training(50, 0.02), training(50, 0.04)];
    const champion = new Array<number>(50).fill(0.5);
    const [candidate = [], ...others] = replicates;
    const together = compareUsers({ candidate, replicates: others, champion, confidence: 0.95, seed: 1 });
    const averaged = compareUsers({ candidate: meanOverReplicates(replicates), champion, confidence: 0.95, seed: 1 });
    const { smallest_lift: lift, ...test } = together.pairedTest;
    expect(averaged.pairedTest).toMatchObject(test);
    // Users: 0.1² / 49. Trainings: means 0.02 apart have the variance 0.0002, their mean 0.0001. z(0.975) + z(0.8) = 2.80159.
    expect(lift).toBeCloseTo(2.80159 * Math.sqrt(0.01 / 49 + 0.0001), 4);
    expect(together.ci.mean).toBeCloseTo(0.03, 12);
    expect(together.ci.high - together.ci.low).toBeGreaterThan(averaged.ci.high - averaged.ci.low);
  });
});
