/** Which trial of an experiment is the best. */
import type { TrialView } from '../contracts/trial.ts';

/**
 * Highest objective on the validation part; on a tie the earlier trial. Test metrics play no part. Pruned trials count
 * as well: a time budget may leave none but them. Null when none has a result.
 */
export const pickBestTrial = (trials: readonly TrialView[]): TrialView | null => {
  let best: TrialView | null = null;
  for (const trial of trials) {
    const hasEnded = trial.status === 'completed' || trial.status === 'cached' || trial.status === 'pruned';
    if (hasEnded && trial.result !== null && trial.value !== null && trial.value > (best?.value ?? -Infinity)) {
      best = trial;
    }
  }
  return best;
};
