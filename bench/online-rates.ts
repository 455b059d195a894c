/** How often an experiment online promotes what is no better, and how soon it finds what is. */
import { elementAt } from '../contracts/element-at.ts';
import type { BoundedObservation } from '../policy/online/confidence-sequence.ts';
import { createPopulation } from '../test/support/online-population.ts';
import {
  everExcludes,
  isEverPromoted,
  isPreferredByTTest,
  isPromotedByTTest,
  preferenceObservations,
  simulatePreferences,
  simulateSplit,
  splitObservations,
} from '../test/support/simulate-online.ts';
import { row, shareOf } from './shares.ts';

const PEOPLE = 20_000;
const RATES = [0.01, 0.05, 0.2];
const USERS = [350, 2000];

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Promotions of a challenger that is no better, looked at after every user. */
export const measureFalsePromotions = (experiments: number): readonly string[] => [
  `${experiments} experiments each in which neither model is better, looked at after every user: how often the challenger is promoted at some user (2.5 % is allowed), beside a t-test of level 2.5 % at each look from the twentieth user of an arm on.`,
  '',
  row('rate', 'users', 'split', 'split, repeated t-test', 'interleave', 'interleave, repeated t-test'),
  `|${'---|'.repeat(6)}`,
  ...RATES.flatMap((rate, at) => {
    const population = createPopulation({ users: PEOPLE, rate, lift: 0, seed: at });
    return USERS.map((users) => {
      const drawn = Array.from({ length: experiments }, (_, seed) => ({ population, users, seed, isAlike: true }));
      const [splits, preferences] = [drawn.map(simulateSplit), drawn.map(simulatePreferences)];
      return row(
        percent(rate),
        users,
        shareOf(splits.map((split) => isEverPromoted(splitObservations(split)))),
        shareOf(splits.map(isPromotedByTTest)),
        shareOf(preferences.map((one) => isEverPromoted(preferenceObservations(one)))),
        shareOf(preferences.map(isPreferredByTTest)),
      );
    });
  }),
];

const MOST_USERS = 20_000;
const LIFTS = [0.1, 0.2, 0.5];

/** The first user after whom 0 is excluded; infinite where that is none. Once excluded, it stays so. */
const stoppedAt = (observationsOf: (users: number) => readonly BoundedObservation[]): number => {
  const isShown = (users: number): boolean => everExcludes(observationsOf(users), 0);
  let [low, high] = [0, 50];
  while (!isShown(high)) {
    if (high === MOST_USERS) {
      return Number.POSITIVE_INFINITY;
    }
    [low, high] = [high, Math.min(MOST_USERS, 2 * high)];
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    [low, high] = isShown(middle) ? [low, middle] : [middle, high];
  }
  return high;
};

const medianOf = (values: readonly number[]): number =>
  elementAt(
    values.toSorted((a, b) => a - b),
    Math.floor(values.length / 2),
  );

const countText = (users: number): string => (Number.isFinite(users) ? String(users) : `> ${MOST_USERS}`);

const timesText = (split: number, interleave: number): string => {
  const times = (Math.min(split, MOST_USERS) / interleave).toFixed(1);
  return Number.isFinite(interleave) ? `${Number.isFinite(split) ? '' : '> '}${times}` : '–';
};

/** Users until a lift is found, and how often it is. */
export const measurePower = (experiments: number): readonly string[] => [
  `${experiments} experiments each of up to ${MOST_USERS} users: median users of the experiment until the interval excludes 0, and how often it does among the first 350 and 2000.`,
  '',
  row('rate', 'lift', 'overlap@10', 'split', '350', '2000', 'interleave', '350', '2000', 'times fewer users'),
  `|${'---|'.repeat(10)}`,
  ...RATES.flatMap((rate) =>
    LIFTS.map((lift) => {
      const population = createPopulation({ users: PEOPLE, rate, lift, seed: 200 });
      const drawn = Array.from({ length: experiments }, (_, seed) => ({ population, users: MOST_USERS, seed }));
      const splits = drawn.map((one) => {
        const observations = splitObservations(simulateSplit(one));
        return stoppedAt((users) => observations.slice(0, users));
      });
      const preferences = drawn.map((one) => {
        const drafted = simulatePreferences(one);
        return stoppedAt((users) => preferenceObservations(drafted.slice(0, users)));
      });
      const cells = [splits, preferences].flatMap((ends) => [
        countText(medianOf(ends)),
        ...USERS.map((users) => percent(ends.filter((end) => end <= users).length / experiments)),
      ]);
      const overlap = population.people.reduce((sum, person) => sum + person.overlap, 0) / PEOPLE;
      return row(
        ...[percent(rate), percent(population.lift), overlap.toFixed(2), ...cells],
        timesText(medianOf(splits), medianOf(preferences)),
      );
    }),
  ),
];
