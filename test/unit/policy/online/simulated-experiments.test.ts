import { beforeAll, describe, expect, it } from 'vitest';
import { createPopulation, type Population } from '../../../support/online-population.ts';
import {
  everExcludes,
  isEverPromoted,
  isPreferredByTTest,
  isPromotedByTTest,
  preferenceObservations,
  sequenceOf,
  simulatePreferences,
  simulateSplit,
  splitObservations,
} from '../../../support/simulate-online.ts';

const EXPERIMENTS = 200;
const USERS = 350;

/** Looked at after every user. */
describe('policy/online, in simulated experiments', () => {
  let alike: Population;
  let better: Population;

  beforeAll(() => {
    alike = createPopulation({ users: 2000, rate: 0.1, lift: 0, seed: 1 });
    better = createPopulation({ users: 2000, rate: 0.1, lift: 0.5, seed: 1 });
  });

  const draw = (population: Population, isAlike: boolean) =>
    Array.from({ length: EXPERIMENTS }, (_, seed) => ({ population, users: USERS, seed, isAlike }));

  it('promotes hardly a challenger that is no better, where a repeated t-test promotes many', () => {
    const drawn = draw(alike, true);
    const splits = drawn.map(simulateSplit);
    const preferences = drawn.map(simulatePreferences);
    // 2.5 % of 200 are 5; 12 or more have a probability of 0.005.
    expect(splits.filter((split) => isEverPromoted(splitObservations(split))).length).toBeLessThan(12);
    expect(preferences.filter((one) => isEverPromoted(preferenceObservations(one))).length).toBeLessThan(12);
    expect(splits.filter(isPromotedByTTest).length).toBeGreaterThan(16);
    expect(preferences.filter(isPreferredByTTest).length).toBeGreaterThan(16);
  });

  it('leaves out the true difference hardly ever', () => {
    const missed = draw(better, false)
      .map((experiment) => splitObservations(simulateSplit(experiment)))
      .filter((observations) => everExcludes(observations, better.difference)).length;
    // 5 % of 200 are 10; 19 or more have a probability of 0.005.
    expect(missed).toBeLessThan(19);
  });

  it('finds a lift of a half by drafted lists in most experiments, and in more of them than by a split', () => {
    const drawn = draw(better, false);
    const found = (low: number): boolean => low > 0;
    const split = drawn.filter((one) => found(sequenceOf(splitObservations(simulateSplit(one))).low)).length;
    const drafted = drawn.filter((one) =>
      found(sequenceOf(preferenceObservations(simulatePreferences(one))).low),
    ).length;
    expect(drafted).toBeGreaterThan(0.8 * EXPERIMENTS);
    expect(drafted).toBeGreaterThan(split);
    expect(split).toBeGreaterThan(0.1 * EXPERIMENTS);
  });

  it('makes people for whom the models are as good as asked for', () => {
    expect(Math.abs(better.lift - 0.5)).toBeLessThan(0.15);
    expect(Math.abs(alike.lift)).toBeLessThan(0.1);
    const rates = alike.people.map(({ champion }) => champion);
    expect(Math.abs(rates.reduce((sum, rate) => sum + rate, 0) / rates.length - 0.1)).toBeLessThan(0.015);
  });
});
