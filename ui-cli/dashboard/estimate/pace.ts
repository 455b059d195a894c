/**
 * How fast an experiment trains, from all of its trainings so far: what is left takes longer than any burst of load, so
 * the latest epochs alone would put it off by as much as the load swings. Pure.
 */
import { type ExperimentView, trainingsOf } from '../../../contracts/experiment.ts';
import type { TrainingPace, TrialView } from '../../../contracts/trial.ts';

/** Seconds an epoch, and how many of them. */
interface Measured {
  readonly epochSeconds: number;
  readonly epochs: number;
}

/** A training that is slower by more than this slept with its machine, and says nothing. */
const SLEPT = 10;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** An earlier run's seconds say nothing of this machine. */
const measuredBy = ({ status, isReused, result }: TrialView): readonly Measured[] =>
  status === 'running' || isReused || result === null || result.epochs === 0
    ? []
    : [{ epochSeconds: result.seconds / result.epochs, epochs: result.epochs }];

const meanOf = (trainings: readonly Measured[]): number => {
  const sorted = trainings.map(({ epochSeconds }) => epochSeconds).toSorted((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const awake = trainings.filter(({ epochSeconds }) => epochSeconds <= SLEPT * middle);
  const seconds = awake.reduce((sum, { epochSeconds, epochs }) => sum + epochSeconds * epochs, 0);
  return seconds / awake.reduce((sum, { epochs }) => sum + epochs, 0);
};

/** null where nothing has been measured, or nothing trains any more that was. */
export const paceOf = (view: ExperimentView): TrainingPace | null => {
  const running = Object.values(view.progress).flatMap(({ pace, last }) =>
    pace == null ? [] : [{ pace, epochs: Math.max(1, last?.epoch ?? 0) }],
  );
  const trainings = [
    ...trainingsOf(view).flatMap(measuredBy),
    ...running.map(({ pace, epochs }) => ({ epochSeconds: pace.usualEpochSeconds ?? pace.epochSeconds, epochs })),
  ];
  return trainings.length === 0
    ? null
    : {
        epochSeconds: meanOf(trainings),
        setupSeconds: running.length === 0 ? 0 : mean(running.map(({ pace }) => pace.setupSeconds)),
      };
};
