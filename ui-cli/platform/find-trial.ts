import { TtExpError } from '../../contracts/errors.ts';
import { trialIdOf } from '../../contracts/ids.ts';
import type { TrialView } from '../../contracts/trial.ts';
import { nearestHint } from '../../policy/nearest.ts';

/** `trial-3` is meant for `trial-003`. */
export const wholeTrialId = (text: string): string =>
  text.replace(/^(?:trial-)?(\d{1,6})(?!\d)/, (_, index: string) => trialIdOf(Number(index)));

/** Throws RUN_NOT_FOUND. */
export const trialOf = <Trial extends Pick<TrialView, 'trialId'>>(
  id: string,
  trials: readonly Trial[],
  trialId: string,
): Trial => {
  const found = trials.find((trial) => trial.trialId === trialId);
  if (found === undefined) {
    throw new TtExpError('RUN_NOT_FOUND', `experiment ${id}: got ${trialId}, expected one of its trials`, {
      hint: nearestHint(
        wholeTrialId(trialId),
        trials.map((trial) => trial.trialId),
        `It has ${trials.length === 0 ? 'no trial yet' : `trial-000 to ${trials.at(-1)?.trialId}`}.`,
      ),
    });
  }
  return found;
};
