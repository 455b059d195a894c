import { expect, test } from 'vitest';
import { createScheduler } from '../../../../policy/schedulers/create-scheduler.ts';
import { describeScheduler } from '../../../suites/scheduler-suite.ts';
import { SCHEDULER_SETTINGS } from '../../../support/experiment-fixtures.ts';
import { rungQuestion } from '../../../support/rung-questions.ts';

const hyperband = (min_epochs: number, reduction: number, epochs: number) =>
  createScheduler({ ...SCHEDULER_SETTINGS, type: 'hyperband', min_epochs, reduction }, epochs);

const groupsOf = (scheduler: ReturnType<typeof hyperband>, from: number, count: number): number[] =>
  Array.from({ length: count }, (_, offset) => scheduler.group(from + offset));

const countsOf = (groups: readonly number[]): number[] =>
  Array.from({ length: Math.max(...groups) + 1 }, (_, group) => groups.filter((one) => one === group).length);

test('brackets start later and later, the last one never asks', () => {
  const scheduler = hyperband(1, 3, 9);
  const rungsOf = (group: number) => scheduler.rungs(groupsOf(scheduler, 0, 17).indexOf(group));
  expect([0, 1, 2].map(rungsOf)).toEqual([[1, 3, 9], [3, 9], [9]]);
});

test('every turn has the sizes of the paper', () => {
  // s_max = 2; ceil(3/3 · 9) = 9, ceil(3/2 · 3) = 5, ceil(3/1 · 1) = 3
  const scheduler = hyperband(1, 3, 9);
  expect(countsOf(groupsOf(scheduler, 0, 17))).toEqual([9, 5, 3]);
  expect(groupsOf(scheduler, 17, 17)).toEqual(groupsOf(scheduler, 0, 17));
  // table 1 of the paper, R = 81: 81, 34, 15, 8, 5
  expect(countsOf(groupsOf(hyperband(1, 3, 81), 0, 143))).toEqual([81, 34, 15, 8, 5]);
});

test('the start of a turn holds some of each bracket', () => {
  expect(new Set(groupsOf(hyperband(1, 3, 9), 0, 6)).size).toBe(3);
});

test('epochs that are no power of the reduction end in a rung of their own', () => {
  // s_max = floor(log3(10)) = 2
  const scheduler = hyperband(1, 3, 10);
  const groups = groupsOf(scheduler, 0, 17);
  expect([0, 1, 2].map((group) => scheduler.rungs(groups.indexOf(group)))).toEqual([[1, 3, 9, 10], [3, 9, 10], [10]]);
});

test('within a bracket the best share goes on', () => {
  expect(hyperband(1, 3, 9).decide(rungQuestion([0.3], [0.5, 0.4, 0.2, 0.1, 0])).kind).toBe('prune');
  expect(hyperband(1, 3, 9).decide(rungQuestion([0.4], [0.5, 0.3, 0.2, 0.1, 0])).kind).toBe('continue');
});

describeScheduler('hyperband');
