/** The scheduler that a config names. */
import type { ResolvedScheduler } from '../../contracts/resolved-config.ts';
import { createAsha } from './asha.ts';
import { createHyperband } from './hyperband.ts';
import { createMedian } from './median.ts';
import { createNone } from './none.ts';
import { createPatience } from './patience.ts';
import type { Scheduler } from './scheduler.ts';

const FACTORIES = {
  none: (_scheduler, maxEpochs) => createNone(maxEpochs),
  asha: createAsha,
  hyperband: createHyperband,
  median: createMedian,
  patience: createPatience,
} satisfies Record<ResolvedScheduler['type'], (scheduler: ResolvedScheduler, maxEpochs: number) => Scheduler>;

/**
 * Draws nothing, so it needs no seed. With `min_epochs` at or above `maxEpochs` the only rung is the last one and no
 * trial ends early. A trial whose value is no number never goes on, whatever the scheduler.
 * @param maxEpochs epochs of a trial that nobody ends, at least 1
 */
export const createScheduler = (scheduler: ResolvedScheduler, maxEpochs: number): Scheduler => {
  const chosen = FACTORIES[scheduler.type](scheduler, maxEpochs);
  return {
    ...chosen,
    decide: (question) => {
      const report = question.reports.at(-1);
      return report === undefined || Number.isNaN(report.value)
        ? { kind: 'prune', reason: `The value at epoch ${report?.epoch ?? 0} is no number` }
        : chosen.decide(question);
    },
  };
};
