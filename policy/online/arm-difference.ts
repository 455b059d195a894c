/** What each user of a split says of the difference between its arms, whichever arm they are in. */
import type { BoundedObservation } from './confidence-sequence.ts';

export interface SplitUser {
  readonly isChallengers: boolean;
  /** 0 to 1. */
  readonly value: number;
}

/**
 * One observation a user with the mean challenger - champion: the value less a baseline, over the probability of the
 * user's arm (Horvitz & Thompson 1952; with a prediction taken off, augmented: Robins, Rotnitzky & Zhao 1994). The
 * baseline is what earlier users had, which no later arm depends on; it makes the observations as narrow as a difference
 * of two means.
 * @param users in the order in which their observation ended
 * @param share of the challenger, within (0, 1)
 */
export const armDifference = (users: readonly SplitUser[], share: number): readonly BoundedObservation[] => {
  let [sum, weight] = [0, 0];
  return users.map(({ isChallengers, value }) => {
    const baseline = weight === 0 ? 0 : sum / weight;
    const below = Math.max(baseline / share, (1 - baseline) / (1 - share));
    const above = Math.max((1 - baseline) / share, baseline / (1 - share));
    // The variance is least where each arm's mean counts by the other arm's share.
    const counts = isChallengers ? (1 - share) / share : share / (1 - share);
    sum += counts * value;
    weight += counts;
    const difference = isChallengers ? (value - baseline) / share : -(value - baseline) / (1 - share);
    return { value: difference, low: -below, high: above };
  });
};
