/** Which trial of an experiment is tested and registered. */
import type { Direction } from '../contracts/objective.ts';
import type { TrainingResult, TrialView } from '../contracts/trial.ts';
import { bestTrial } from './ranking.ts';

/** A trial that can be promoted: it has a run, a result and a value. */
export type FinishedTrial = TrialView & {
  readonly runId: string;
  readonly result: TrainingResult;
  readonly value: number;
};

const hasResult = (
  trial: TrialView,
): trial is TrialView & { readonly runId: string; readonly result: TrainingResult } =>
  trial.runId !== null && trial.result !== null;

/** The best by `policy/ranking.ts`. Test metrics play no part. Null where none has a result. */
export const pickBestTrial = (trials: readonly TrialView[], direction: Direction): FinishedTrial | null =>
  bestTrial(trials.filter(hasResult), direction);
