/** Were users divided as planned? A division that was not says that users are missing, and not at random. */
import type { Arm } from '../../contracts/online-experiment.ts';
import type { SampleRatio } from '../../contracts/online-report.ts';

/**
 * p below which users count as not divided as planned: one sound experiment in a hundred, at most, stops for it, however
 * often it is looked at.
 */
export const SAMPLE_RATIO_LEVEL = 0.01;

/** Users that the prior is worth: few find a large loss early, many a small one sooner or later. */
const CONCENTRATION = 30;

const sumTo = (count: number, term: (index: number) => number): number => {
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    sum += term(index);
  }
  return sum;
};

/** Of its users alone, for another share than the expected one. */
const logEvidence = (users: number, share: number): number => {
  if (users === 0 || share === 0) {
    return users === 0 ? 0 : Number.POSITIVE_INFINITY;
  }
  return sumTo(users, (index) => Math.log((CONCENTRATION * share + index) / share));
};

export interface DividedUsers {
  /** For the challenger, 0 to 1. */
  readonly expectedShare: number;
  readonly counts: Readonly<Record<Arm, number>>;
}

/**
 * Sequential test of a share (Lindon & Malek 2022): how much likelier the counts are if the share was drawn from a Beta
 * distribution around the expected one than if it is that one. One over it is a p-value at every user at once.
 */
export const sampleRatio = ({ expectedShare, counts }: DividedUsers): SampleRatio => {
  const users = counts.champion + counts.challenger;
  const evidence =
    logEvidence(counts.challenger, expectedShare) +
    logEvidence(counts.champion, 1 - expectedShare) -
    sumTo(users, (index) => Math.log(CONCENTRATION + index));
  const p = Math.min(1, Math.exp(-evidence));
  return {
    expected_share: expectedShare,
    ...{ users, challenger_users: counts.challenger, p_value: p, is_broken: p < SAMPLE_RATIO_LEVEL },
  };
};
