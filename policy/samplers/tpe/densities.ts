/** What a group of parameters has learnt: where its good trials are dense, and where the others. */
import { entryOf } from '../../../contracts/element-at.ts';
import type { TrialRecord } from '../../../contracts/sweep.ts';
import { createEstimator, type Estimator } from './estimator.ts';
import { type Group, positionsIn } from './groups.ts';
import { splitTrials } from './split.ts';
import { ageWeights, rankWeights } from './weights.ts';

/** What is known when a trial is proposed. */
export interface Knowledge {
  readonly history: readonly TrialRecord[];
  /** The last trial whose outcome counts. */
  readonly horizon: number;
  /** How many trials are chosen before the first of them has shown what came of it. */
  readonly lag: number;
}

export interface Densities {
  readonly good: Estimator;
  readonly others: Estimator;
}

/** The newest of the others that count; without such a bound a proposal takes longer the longer a sweep lasts. */
const MAX_OTHERS = 1000;

/** Kernels of good trials are at least this share of a range wide. */
const LEAST_GOOD_WIDTH = 0.03;

/**
 * The least width of a kernel shrinks with the number of observations, that of good ones faster: with the power 1.5
 * where every outcome is known at once, which lets a search close in, and ever more slowly the more trials are chosen
 * on the same knowledge, for those must cover a wider ground. (Watanabe 2023, section 4, on how much this width matters.)
 */
const leastGoodWidth = (observations: number, lag: number): number =>
  Math.max(LEAST_GOOD_WIDTH, (observations + 2) ** -(1 + 1 / (1 + lag)));

/** Hyperopt's "magic clip". */
const leastOtherWidth = (observations: number): number => 1 / Math.min(100, observations + 2);

/**
 * Good and bad are told apart anew in each group, among the trials that have a part in it: a branch that was never among
 * the best of all could not learn otherwise, and would stay so.
 */
export const createDensities = (group: Group, { history, horizon, lag }: Knowledge): Densities => {
  const domains = group.map(({ domain }) => domain);
  const peers = new Map<TrialRecord, readonly number[]>();
  for (const trial of history) {
    const positions = positionsIn(group, trial.params);
    if (positions !== null) {
      peers.set(trial, positions);
    }
  }
  const positionsOf = (trial: TrialRecord): readonly number[] => entryOf(peers, trial);
  const split = splitTrials([...peers.keys()], horizon);
  const good = split.good.map(positionsOf);
  const others = split.others.slice(-MAX_OTHERS).map(positionsOf);
  return {
    good: createEstimator(domains, good, {
      weights: rankWeights(good.length),
      leastWidth: leastGoodWidth(good.length, lag),
    }),
    others: createEstimator(domains, others, {
      weights: ageWeights(others.length),
      leastWidth: leastOtherWidth(others.length),
    }),
  };
};
