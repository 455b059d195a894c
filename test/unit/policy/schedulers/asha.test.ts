import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createScheduler } from '../../../../policy/schedulers/create-scheduler.ts';
import { describeScheduler } from '../../../suites/scheduler-suite.ts';
import { SCHEDULER_SETTINGS } from '../../../support/experiment-fixtures.ts';
import { rungQuestion } from '../../../support/rung-questions.ts';

const asha = (min_epochs: number, reduction: number, epochs = 50) =>
  createScheduler({ ...SCHEDULER_SETTINGS, type: 'asha', min_epochs, reduction }, epochs);

test.each([
  // 1 · 3^k below 50, then 50
  [1, 3, 50, [1, 3, 9, 27, 50]],
  // 3^3 is 27 itself, not below it
  [1, 3, 27, [1, 3, 9, 27]],
  [2, 4, 100, [2, 8, 32, 100]],
  // 1, 1.5, 2.25, 3.375, 5.06, 7.59 rounded; 2 comes once
  [1, 1.5, 10, [1, 2, 3, 5, 8, 10]],
  [50, 3, 50, [50]],
  [60, 3, 50, [50]],
])('from %d epochs times %d below %d the rungs are %j', (least, reduction, epochs, rungs) => {
  expect(asha(least, reduction, epochs).rungs(0)).toEqual(rungs);
});

test('the first at a rung goes on', () => {
  expect(asha(1, 3).decide(rungQuestion([0.1]))).toEqual({
    kind: 'continue',
    reason: '0.1 at epoch 1 is number 1 of 1 trial at this rung; the best 1 go on',
  });
});

test('of six trials the best two go on, of five the best one', () => {
  // floor(6 / 3) = 2; second behind 0.5
  expect(asha(1, 3).decide(rungQuestion([0.4], [0.5, 0.3, 0.2, 0.1, 0]))).toEqual({
    kind: 'continue',
    reason: '0.4 at epoch 1 is number 2 of 6 trials at this rung; the best 2 go on',
  });
  // third behind 0.5 and 0.4
  expect(asha(1, 3).decide(rungQuestion([0.3], [0.5, 0.4, 0.2, 0.1, 0]))).toEqual({
    kind: 'prune',
    reason: '0.3 at epoch 1 is number 3 of 6 trials at this rung; only the best 2 (1/3) go on',
  });
  // floor(5 / 3) = 1
  expect(asha(1, 3).decide(rungQuestion([0.4], [0.5, 0.3, 0.2, 0.1])).kind).toBe('prune');
});

test('equal values share the better place and go on', () => {
  expect(asha(1, 2).decide(rungQuestion([0.5], [0.5, 0.5])).kind).toBe('continue');
});

test('a peer without a number counts as reported and as the worst', () => {
  // with it six trials, so two go on; without it five, so one
  expect(asha(1, 3).decide(rungQuestion([0.4], [0.5, 0.3, 0.2, 0.1, Number.NaN])).kind).toBe('continue');
});

test('a better value never fares worse', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (peers, one, other) => {
        const scheduler = asha(1, 3);
        const goesOn = (value: number): boolean => scheduler.decide(rungQuestion([value], peers)).kind === 'continue';
        expect(goesOn(Math.max(one, other)) || !goesOn(Math.min(one, other))).toBe(true);
      },
    ),
  );
});

describeScheduler('asha');
