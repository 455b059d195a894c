/** The trials of an experiment, best first, and what they have cost. Pure. */

import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { TrialStatus, TrialView } from '../../contracts/trial.ts';

const HAS_VALUE: readonly TrialStatus[] = ['completed', 'cached', 'pruned'];
const ORDER: readonly TrialStatus[] = ['completed', 'cached', 'pruned', 'running', 'failed', 'cancelled', 'pending'];

const comparable = ({ status, value }: TrialView): number | null => (HAS_VALUE.includes(status) ? value : null);

/** Trials with a value by that, the earlier one first on a tie; then those that run, failed, and wait. */
export const rankTrials = (trials: readonly TrialView[]): readonly TrialView[] =>
  trials.toSorted((a, b) => {
    const [first, second] = [comparable(a), comparable(b)];
    if (first !== null && second !== null) {
      return second - first;
    }
    return first === null && second === null
      ? ORDER.indexOf(a.status) - ORDER.indexOf(b.status)
      : first === null
        ? 1
        : -1;
  });

export interface BestSoFar {
  readonly trialId: string;
  readonly value: number;
}

/** Each trial of the plan that was better than all before it. */
export const bestSoFar = (trials: readonly TrialView[]): readonly BestSoFar[] => {
  const steps: BestSoFar[] = [];
  for (const trial of trials) {
    const value = comparable(trial);
    if (value !== null && value > (steps.at(-1)?.value ?? Number.NEGATIVE_INFINITY)) {
      steps.push({ trialId: trial.trialId, value });
    }
  }
  return steps;
};

export type TrialCounts = Readonly<Record<TrialStatus, number>>;

export const countTrials = (trials: readonly TrialView[]): TrialCounts => {
  const counts = { pending: 0, running: 0, completed: 0, pruned: 0, failed: 0, cancelled: 0, cached: 0 };
  for (const { status } of trials) {
    counts[status] += 1;
  }
  return counts;
};

export interface BudgetUse {
  readonly name: 'trials' | 'failures' | 'seconds' | 'target';
  readonly used: number | null;
  /** null: no limit. */
  readonly limit: number | null;
}

/** @param trainSeconds from the begin of the first trial to the end of the last, or until now */
export const budgetUse = (
  { sweep }: Pick<ResolvedConfig, 'sweep'>,
  { trials }: Pick<ExperimentSnapshot, 'trials'>,
  trainSeconds: number | null,
): readonly BudgetUse[] => {
  if (sweep === null) {
    return [];
  }
  const counts = countTrials(trials);
  return [
    { name: 'trials', used: trials.length - counts.pending, limit: sweep.max_trials },
    { name: 'failures', used: counts.failed, limit: sweep.max_failures },
    { name: 'seconds', used: trainSeconds, limit: sweep.max_seconds },
    { name: 'target', used: bestSoFar(trials).at(-1)?.value ?? null, limit: sweep.target },
  ];
};

/** Epochs that were trained here: what came from a cache was trained before. */
export const trainedEpochs = (trials: readonly TrialView[]): number =>
  trials.reduce((sum, { result, isReused }) => sum + (isReused ? 0 : (result?.epochs ?? 0)), 0);
