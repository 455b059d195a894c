/** Measures how fast a training process works, from the moments at which its epochs end. */
import type { ComputeMessage } from '../contracts/trainer.ts';
import type { TrainingPace } from '../contracts/trial.ts';

/** Times between ends of epochs that count: the latest, so that a machine that got busy shows. */
const LATEST = 5;

export interface PaceMeter {
  /** The pace after a message; null before two epochs have ended. */
  after(message: ComputeMessage): TrainingPace | null;
}

/** To be created when the step starts. @param monotonicMs does not jump with the wall clock */
export const createPaceMeter = (monotonicMs: () => number): PaceMeter => {
  const startMs = monotonicMs();
  let firstMs: number | null = null;
  let lastMs = startMs;
  let latest: readonly number[] = [];
  const pace = (): TrainingPace | null => {
    // The middle one: a process that slept with its machine has one epoch of hours.
    const epochSeconds = latest.toSorted((a, b) => a - b)[Math.floor((latest.length - 1) / 2)];
    return epochSeconds === undefined || firstMs === null
      ? null
      : { epochSeconds, setupSeconds: Math.max(0, (firstMs - startMs) / 1000 - epochSeconds) };
  };
  return {
    after: ({ kind }) => {
      if (kind === 'epoch') {
        const endMs = monotonicMs();
        latest = firstMs === null ? [] : [...latest, (endMs - lastMs) / 1000].slice(-LATEST);
        firstMs ??= endMs;
        lastMs = endMs;
      }
      return pace();
    },
  };
};
