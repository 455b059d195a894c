/** The trials of an experiment, best first, and what they have cost. Pure. */

import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import { shownTraining, type TrialStatus, type TrialView } from '../../contracts/trial.ts';
import { bestTrial, isRanked, rankTrials } from '../../policy/ranking.ts';

/** Of trials that are not ranked. */
const ORDER: readonly TrialStatus[] = ['completed', 'cached', 'pruned', 'running', 'failed', 'cancelled', 'pending'];

/** Best first, then those that run, failed, and wait. */
export const leaderboardOf = ({
  trials,
  objective,
}: Pick<ExperimentSnapshot, 'trials' | 'objective'>): readonly TrialView[] => [
  ...rankTrials(trials, objective.direction),
  ...trials.filter((trial) => !isRanked(trial)).sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status)),
];

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
  { trials, objective }: Pick<ExperimentSnapshot, 'trials' | 'objective'>,
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
    { name: 'target', used: bestTrial(trials, objective.direction)?.value ?? null, limit: sweep.target },
  ];
};

/** Epochs that were trained here: what came from a cache was trained before. */
export const trainedEpochs = (trials: readonly TrialView[]): number =>
  trials.reduce((sum, trial) => sum + (trial.isReused ? 0 : (shownTraining(trial)?.epochs ?? 0)), 0);
