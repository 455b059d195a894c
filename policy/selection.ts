/** Which trial of an experiment is the best. */
import type { TrialView } from '../contracts/trial.ts';

/** Highest validation NDCG@10; on a tie the earlier trial. Test metrics play no part. Null when none has a result. */
export const pickBestTrial = (trials: readonly TrialView[]): TrialView | null => {
  let best: TrialView | null = null;
  for (const trial of trials) {
    if (trial.status !== 'completed' && trial.status !== 'cached') {
      continue;
    }
    const score = trial.result?.validation.ndcg_at_10;
    if (score !== undefined && (best === null || score > (best.result?.validation.ndcg_at_10 ?? -Infinity))) {
      best = trial;
    }
  }
  return best;
};
