/** Measures how fast a training process works, from the moments at which its epochs end. */
import type { ComputeMessage } from '../contracts/trainer.ts';
import type { TrainingPace } from '../contracts/trial.ts';

/** Times between ends of epochs that count: the latest, so that a machine that got busy shows. */
const LATEST = 5;

/** Not the mean: a process that slept with its machine has one epoch of hours. */
const middleOf = (values: readonly number[]): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

export interface PaceMeter {
  /** The pace after a message; null before two epochs have ended. */
  after(message: ComputeMessage): TrainingPace | null;
}

/** To be created when the step starts. @param monotonicMs does not jump with the wall clock */
export const createPaceMeter = (monotonicMs: () => number): PaceMeter => {
  const startMs = monotonicMs();
  let firstMs: number | null = null;
  let lastMs = startMs;
  let epochs: readonly number[] = [];
  const pace = (): TrainingPace | null => {
    const epochSeconds = middleOf(epochs.slice(-LATEST));
    const usualEpochSeconds = middleOf(epochs);
    return epochSeconds === undefined || usualEpochSeconds === undefined || firstMs === null
      ? null
      : { epochSeconds, usualEpochSeconds, setupSeconds: Math.max(0, (firstMs - startMs) / 1000 - epochSeconds) };
  };
  return {
    after: ({ kind }) => {
      if (kind === 'epoch') {
        const endMs = monotonicMs();
        epochs = firstMs === null ? [] : [...epochs, (endMs - lastMs) / 1000];
        firstMs ??= endMs;
        lastMs = endMs;
      }
      return pace();
    },
  };
};
