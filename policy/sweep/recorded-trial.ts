/** Trials as snapshots keep them, seen as the sweep sees its own. */
import { trialIndexOf } from '../../contracts/ids.ts';
import type { TrialView } from '../../contracts/trial.ts';
import type { SweepTrial } from './sweep-trial.ts';

/** What replay needs beside the sweep's state. */
export interface RecordedTrial extends SweepTrial {
  readonly reason: string | null;
  /** 1, and one more for each time it was tried again. */
  readonly attempt: number;
}

/** Of the plan order; views with another id than their place are left out. */
export const recordedTrials = (views: readonly TrialView[]): readonly RecordedTrial[] =>
  views
    .filter(({ trialId }, place) => trialIndexOf(trialId) === place)
    .map(({ params, status, reports, reason, attempt }, index) => ({
      index,
      params,
      state: status === 'cached' ? 'completed' : status,
      reports,
      decisions: [],
      known: [],
      reason,
      attempt,
    }));
