/** Experiments online whose truth is known: people drawn from a population, in the order in which they close. */
import { elementAt } from '../../contracts/element-at.ts';
import { armDifference, type SplitUser } from '../../policy/online/arm-difference.ts';
import {
  type BoundedObservation,
  type ConfidenceSequence,
  confidenceSequence,
} from '../../policy/online/confidence-sequence.ts';
import { createRng } from '../../policy/rng.ts';
import type { Population } from './online-population.ts';

export interface SimulatedExperiment {
  readonly population: Population;
  readonly users: number;
  readonly seed: number;
  /** Which model is called the challenger is drawn for each user: neither is better then. */
  readonly isAlike?: boolean;
}

/** Of the users, for the challenger. */
export const SHARE = 0.5;
export const CONFIDENCE = 0.95;

const drawPeople = ({ population, users, seed, isAlike = false }: SimulatedExperiment) => {
  const rng = createRng(seed);
  return Array.from({ length: users }, () => {
    const person = elementAt(population.people, rng.below(population.people.length));
    const { champion, challenger, preference } = person;
    const isSwapped = isAlike && rng.below(2) === 0;
    return {
      isChallengers: rng.next() < SHARE,
      champion: isSwapped ? challenger : champion,
      challenger: isSwapped ? champion : challenger,
      preference: isSwapped && preference !== null ? -preference : preference,
    };
  });
};

export const simulateSplit = (experiment: SimulatedExperiment): readonly SplitUser[] =>
  drawPeople(experiment).map(({ isChallengers, champion, challenger }) => ({
    isChallengers,
    value: isChallengers ? challenger : champion,
  }));

/** Preferences of the users in their order; null for those without. */
export const simulatePreferences = (experiment: SimulatedExperiment): readonly (number | null)[] =>
  drawPeople(experiment).map(({ preference }) => preference);

export const splitObservations = (users: readonly SplitUser[]): readonly BoundedObservation[] =>
  armDifference(users, SHARE);

export const preferenceObservations = (preferences: readonly (number | null)[]): readonly BoundedObservation[] =>
  preferences.flatMap((value) => (value === null ? [] : { value, low: -1, high: 1 }));

export const sequenceOf = (observations: readonly BoundedObservation[]): ConfidenceSequence =>
  confidenceSequence({ observations, confidence: CONFIDENCE, support: [-1, 1] });

/** Whether the interval ever excludes this mean, looked at after every observation. */
export const everExcludes = (observations: readonly BoundedObservation[], mean: number): boolean =>
  sequenceOf(observations).pValue(mean) <= 1 - CONFIDENCE;

/** Whether the challenger is promoted at some user. */
export const isEverPromoted = (observations: readonly BoundedObservation[]): boolean =>
  everExcludes(observations, 0) && sequenceOf(observations).low > 0;

/** Users that a test needs before it trusts its normal distribution. */
const FEWEST = 20;
const NORMAL_QUANTILE = 1.959964;

/** Running mean and variance of it; of as many values as were added. */
const createMoments = () => {
  let [count, mean, squares] = [0, 0, 0];
  return {
    add: (value: number): void => {
      count += 1;
      const before = mean;
      mean += (value - mean) / count;
      squares += (value - before) * (value - mean);
    },
    count: () => count,
    mean: () => mean,
    varianceOfMean: () => squares / (count - 1) / count,
  };
};

/** What most people would do: Welch's t-test after every user, until it says that the challenger is better. */
export const isPromotedByTTest = (users: readonly SplitUser[]): boolean => {
  const [champion, challenger] = [createMoments(), createMoments()];
  return users.some(({ isChallengers, value }) => {
    (isChallengers ? challenger : champion).add(value);
    const error = Math.sqrt(champion.varianceOfMean() + challenger.varianceOfMean());
    const isEnough = champion.count() >= FEWEST && challenger.count() >= FEWEST;
    return isEnough && challenger.mean() - champion.mean() > NORMAL_QUANTILE * error;
  });
};

/** The same for preferences: the t-test of one sample. */
export const isPreferredByTTest = (preferences: readonly (number | null)[]): boolean => {
  const moments = createMoments();
  return preferences.some((value) => {
    if (value === null) {
      return false;
    }
    moments.add(value);
    return moments.count() >= FEWEST && moments.mean() > NORMAL_QUANTILE * Math.sqrt(moments.varianceOfMean());
  });
};
