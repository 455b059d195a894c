/** From a trial as snapshots show it to the facts that decisions rest on. */
import type { TrialRecord } from '../../contracts/sweep.ts';
import type { TrialView } from '../../contracts/trial.ts';

/** A trial taken from an earlier, equal one counts as what that was. */
export const recordOfView = (view: TrialView, index: number): TrialRecord => {
  const status = view.status === 'cached' ? 'completed' : view.status;
  const hasValue = status === 'completed' || status === 'pruned';
  return { index, params: view.params, status, reports: view.reports, value: hasValue ? view.value : null };
};
