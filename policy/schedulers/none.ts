/** Every trial trains to its end. */
import type { Scheduler } from './scheduler.ts';

export const createNone = (maxEpochs: number): Scheduler => {
  const rungs = [maxEpochs];
  return {
    group: () => 0,
    rungs: () => rungs,
    keptShare: 1,
    decide: () => ({ kind: 'continue', reason: 'No scheduler is set, every trial trains to its end' }),
  };
};
