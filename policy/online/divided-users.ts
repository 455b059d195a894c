/** Who was divided between the arms of an experiment online. */
import type { OnlineExperiment, UserObservation } from '../../contracts/online-experiment.ts';
import type { DividedUsers } from './sample-ratio.ts';

/** Where lists are drafted, a user counts for the arm that picked first; null in `shadow`, where nobody is divided. */
export const divideUsers = (
  { mode, share }: Pick<OnlineExperiment, 'mode' | 'share'>,
  users: readonly Pick<UserObservation, 'arm' | 'first_pick'>[],
): DividedUsers | null => {
  if (mode === 'shadow') {
    return null;
  }
  const isDrafted = mode === 'interleave';
  const arms = users.map((user) => (isDrafted ? user.first_pick : user.arm));
  return {
    expectedShare: isDrafted ? 0.5 : share,
    counts: {
      champion: arms.filter((arm) => arm === 'champion').length,
      challenger: arms.filter((arm) => arm === 'challenger').length,
    },
  };
};
