import { expect, test } from 'vitest';
import { createScheduler } from '../../../../policy/schedulers/create-scheduler.ts';
import { describeScheduler } from '../../../suites/scheduler-suite.ts';
import { SCHEDULER_SETTINGS } from '../../../support/experiment-fixtures.ts';
import { rungQuestion } from '../../../support/rung-questions.ts';

const median = (warmup_trials: number, min_epochs = 1, interval_epochs = 5) =>
  createScheduler({ ...SCHEDULER_SETTINGS, type: 'median', warmup_trials, min_epochs, interval_epochs }, 18);

test('rungs lie evenly from the first one on', () => {
  expect(median(5, 3, 5).rungs(0)).toEqual([3, 8, 13, 18]);
  expect(median(5, 3, 4).rungs(0)).toEqual([3, 7, 11, 15, 18]);
});

test('ends a trial below the median of an odd and of an even number of peers', () => {
  // of 0.2, 0.3, 0.4 the middle one
  expect(median(3).decide(rungQuestion([0.29], [0.4, 0.2, 0.3]))).toEqual({
    kind: 'prune',
    reason: '0.29 is below the median 0.3 of 3 trials at epoch 1',
  });
  // of 0.1, 0.25, 0.5, 0.9 the mean of 0.25 and 0.5
  expect(median(3).decide(rungQuestion([0.37], [0.9, 0.1, 0.25, 0.5]))).toEqual({
    kind: 'prune',
    reason: '0.37 is below the median 0.375 of 4 trials at epoch 1',
  });
});

test('a trial at the median goes on', () => {
  expect(median(3).decide(rungQuestion([0.3], [0.4, 0.2, 0.3]))).toEqual({
    kind: 'continue',
    reason: '0.3 is not below the median 0.3 of 3 trials at epoch 1',
  });
});

test('nobody ends before enough peers have reported', () => {
  expect(median(3).decide(rungQuestion([0.1], [0.9, 0.8]))).toEqual({
    kind: 'continue',
    reason: 'Only 2 other trials reported at epoch 1, 3 must before one is ended',
  });
});

test('peers without a number lie at the bottom', () => {
  // the middle of NaN, NaN, 0.5 is no number, so nothing lies below it
  expect(median(3).decide(rungQuestion([0.1], [Number.NaN, 0.5, Number.NaN]))).toEqual({
    kind: 'continue',
    reason: '0.1 is not below the median no number of 3 trials at epoch 1',
  });
  expect(median(3).decide(rungQuestion([0.1], [Number.NaN, 0.5, 0.2])).kind).toBe('prune');
});

describeScheduler('median');
