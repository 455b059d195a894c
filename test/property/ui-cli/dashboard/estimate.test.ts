import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trialIdOf } from '../../../../contracts/ids.ts';
import {
  markTrials,
  NO_MARKS,
  type TrainingMarks,
  trialFraction,
} from '../../../../ui-cli/dashboard/estimate/estimate.ts';
import { trainingResult } from '../../../support/experiment-fixtures.ts';
import { progressAt, trainingView, trialView } from '../../../support/experiment-views.ts';

const STATUSES = ['pending', 'running', 'completed', 'pruned', 'failed', 'cancelled', 'cached'] as const;

const views = fc
  .record({
    trials: fc.array(fc.record({ status: fc.constantFrom(...STATUSES), epochs: fc.nat(26), isTrained: fc.boolean() }), {
      maxLength: 40,
    }),
    left: fc.nat(500),
  })
  .map(({ trials, left }) =>
    trainingView({
      trials: trials.map(({ status, epochs }, index) =>
        trialView(index, {
          trialId: trialIdOf(index),
          status,
          epochLimit: 27,
          reports: epochs > 3 ? [{ epoch: 3, value: 0.2, sequence: index }] : [],
          result: epochs > 5 ? { ...trainingResult(0.3), epochs } : null,
        }),
      ),
      progress: Object.fromEntries(
        trials.flatMap(({ status, epochs, isTrained }, index) =>
          status === 'running' && isTrained ? [[trialIdOf(index), progressAt(epochs, { epochs: 27 })]] : [],
        ),
      ),
      sweep: {
        isPaused: false,
        maxParallel: 3,
        halt: null,
        trialCount: 40,
        left: { epochs: left, trainings: left / 9 },
      },
    }),
  );

describe('ui-cli/dashboard/estimate', () => {
  test('no bar moves backwards, whatever views come', () => {
    fc.assert(
      fc.property(fc.array(views, { maxLength: 10 }), (story) => {
        let marks: TrainingMarks = NO_MARKS;
        for (const view of story) {
          const next = markTrials(marks, view);
          expect(next.fraction).toBeGreaterThanOrEqual(marks.fraction);
          expect(next.fraction).toBeLessThanOrEqual(1);
          for (const [trialId, mark] of Object.entries(next.trials)) {
            expect(trialFraction(mark)).toBeGreaterThanOrEqual(trialFraction(marks.trials[trialId]));
          }
          marks = next;
        }
      }),
    );
  });
});
