/** Which trial of an experiment is tested and registered. */
import type { Direction } from '../contracts/objective.ts';
import { FINISHED_STATUSES, type FinishedTrial, type TrialView } from '../contracts/trial.ts';
import { bestTrial } from './ranking.ts';

const isFinished = (trial: TrialView): trial is FinishedTrial =>
  FINISHED_STATUSES.some((status) => status === trial.status);

/** The best by `policy/ranking.ts`. Test metrics play no part. Null where none has ended with a value. */
export const pickBestTrial = (trials: readonly TrialView[], direction: Direction): FinishedTrial | null =>
  bestTrial(trials.filter(isFinished), direction);
