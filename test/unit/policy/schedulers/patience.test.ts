import { expect, test } from 'vitest';
import { createScheduler } from '../../../../policy/schedulers/create-scheduler.ts';
import { describeScheduler } from '../../../suites/scheduler-suite.ts';
import { SCHEDULER_SETTINGS } from '../../../support/experiment-fixtures.ts';
import { rungQuestion } from '../../../support/rung-questions.ts';

const patience = (rungs_without_gain: number, min_gain = 0) =>
  createScheduler({ ...SCHEDULER_SETTINGS, type: 'patience', rungs_without_gain, min_gain }, 100);

test('ends a trial after as many rungs without gain as allowed', () => {
  expect(patience(2).decide(rungQuestion([0.1, 0.3, 0.3]))).toEqual({
    kind: 'continue',
    reason: 'The value is no better than 0.3 at epoch 2 for 1 rung; 2 end a trial',
  });
  expect(patience(2).decide(rungQuestion([0.1, 0.3, 0.3, 0.2]))).toEqual({
    kind: 'prune',
    reason:
      'The value is no better than 0.3 at epoch 2 for 2 rungs, as many as sweep.scheduler.rungs_without_gain allows',
  });
});

test('a gain starts the count afresh', () => {
  expect(patience(2).decide(rungQuestion([0.3, 0.3, 0.4, 0.4])).kind).toBe('continue');
  expect(patience(2).decide(rungQuestion([0.3, 0.3, 0.4]))).toEqual({
    kind: 'continue',
    reason: 'The newest value, 0.4 at epoch 3, is the best so far',
  });
});

test('small gains add up until they are more than the least one', () => {
  // 0.25 and 0.5 are exact: 0.5 is not more than 0.25 + 0.25, 0.625 is
  expect(patience(2, 0.25).decide(rungQuestion([0.25, 0.375, 0.5])).kind).toBe('prune');
  expect(patience(2, 0.25).decide(rungQuestion([0.25, 0.375, 0.625])).kind).toBe('continue');
});

test('looks at no peer', () => {
  expect(patience(1).decide(rungQuestion([0.1, 0.2], [0.9, 0.9, 0.9, 0.9])).kind).toBe('continue');
});

describeScheduler('patience');
