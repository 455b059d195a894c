/**
 * The one meaning of best. Selection promotes by it, and every leaderboard, plot and screen shows it: trials that
 * completed, were reused or were pruned, by the objective at their best epoch; on a tie the earlier one of the plan.
 * Pruned trials count, since a time budget may leave none but them.
 */
import type { Direction } from '../contracts/objective.ts';
import { FINISHED_STATUSES, type TrialStatus } from '../contracts/trial.ts';

interface Rankable {
  readonly status: TrialStatus;
  readonly value: number | null;
}

export type Ranked<Trial> = Trial & { readonly value: number };

const COUNTED: readonly TrialStatus[] = FINISHED_STATUSES;

export const isRanked = <Trial extends Rankable>(trial: Trial): trial is Ranked<Trial> =>
  COUNTED.includes(trial.status) && trial.value !== null && Number.isFinite(trial.value);

export const isBetter = (direction: Direction, value: number, than: number): boolean =>
  direction === 'maximise' ? value > than : value < than;

/** Best first. @param trials in the order of the plan */
export const rankTrials = <Trial extends Rankable>(
  trials: readonly Trial[],
  direction: Direction,
): readonly Ranked<Trial>[] =>
  trials.filter(isRanked).sort((a, b) => (direction === 'maximise' ? b.value - a.value : a.value - b.value));

/** Each trial of the plan that was better than all before it; the last one is the best. */
export const improvements = <Trial extends Rankable>(
  trials: readonly Trial[],
  direction: Direction,
): readonly Ranked<Trial>[] => {
  const steps: Ranked<Trial>[] = [];
  for (const trial of trials) {
    const best = steps.at(-1);
    if (isRanked(trial) && (best === undefined || isBetter(direction, trial.value, best.value))) {
      steps.push(trial);
    }
  }
  return steps;
};

/** null where no trial has a value. @param trials in the order of the plan */
export const bestTrial = <Trial extends Rankable>(
  trials: readonly Trial[],
  direction: Direction,
): Ranked<Trial> | null => improvements(trials, direction).at(-1) ?? null;
