/** Champion and challenger before the same users, as one number with an interval that may be looked at every day. */
import type { Arm, OnlineExperiment, UserObservation } from '../../contracts/online-experiment.ts';
import type { OnlineComparison, OnlineSettings } from '../../contracts/online-report.ts';
import { armDifference } from './arm-difference.ts';
import { type BoundedObservation, confidenceSequence } from './confidence-sequence.ts';
import { anytimeEstimate, meanOf } from './estimates.ts';

interface Compared {
  readonly measure: OnlineComparison['measure'];
  readonly mean: number;
  readonly observations: readonly BoundedObservation[];
}

/** null where an arm has no user. */
const differenceOf = (users: readonly UserObservation[], share: number): Compared | null => {
  const valuesOf = (arm: Arm): readonly number[] =>
    users.filter((user) => user.arm === arm).map((user) => user.precision_at_10);
  const [champion, challenger] = [valuesOf('champion'), valuesOf('challenger')];
  if (champion.length === 0 || challenger.length === 0 || share >= 1) {
    return null;
  }
  const values = users.map((user) => ({ isChallengers: user.arm === 'challenger', value: user.precision_at_10 }));
  return {
    measure: 'precision_at_10',
    mean: meanOf(challenger) - meanOf(champion),
    observations: armDifference(values, share),
  };
};

/** null where nobody met anything that was listed. */
const preferenceOf = (users: readonly UserObservation[]): Compared | null => {
  const values = users.flatMap(({ credit: { champion, challenger } }) =>
    champion + challenger === 0 ? [] : [(challenger - champion) / (challenger + champion)],
  );
  return values.length === 0
    ? null
    : {
        measure: 'preference',
        mean: meanOf(values),
        observations: values.map((value) => ({ value, low: -1, high: 1 })),
      };
};

/**
 * In a split, the difference of the arms' means. Where lists are drafted, the mean preference of the users who have one:
 * those who met nothing that was listed say nothing of either, and who they are does not depend on the draft's coins under
 * no difference. null in `shadow`, and while nothing can be compared.
 * @param users closed ones, in the order in which they closed
 */
export const compareArms = (
  users: readonly UserObservation[],
  { mode, share }: Pick<OnlineExperiment, 'mode' | 'share'>,
  { confidence, min_effect: minEffect }: Pick<OnlineSettings, 'confidence' | 'min_effect'>,
): OnlineComparison | null => {
  if (mode === 'shadow') {
    return null;
  }
  const compared = mode === 'split' ? differenceOf(users, share) : preferenceOf(users);
  if (compared === null) {
    return null;
  }
  const { measure, mean, observations } = compared;
  const sequence = confidenceSequence({ observations, confidence, support: [-1, 1] });
  const further = sequence.furtherUntil(minEffect);
  return {
    ...{ measure, users: observations.length, undecided_users: users.length - observations.length },
    estimate: anytimeEstimate(mean, sequence),
    p_value: sequence.pValue(0),
    // Those who will say nothing come along.
    further_users: further === null ? null : Math.ceil((further * users.length) / observations.length),
  };
};
