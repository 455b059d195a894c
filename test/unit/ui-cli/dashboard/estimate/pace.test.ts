import { describe, expect, test } from 'vitest';
import { paceOf } from '../../../../../ui-cli/dashboard/estimate/pace.ts';
import { trainingResult } from '../../../../support/experiment-fixtures.ts';
import { progressAt, type TrialFields, trainingView, trialView } from '../../../../support/experiment-views.ts';

const ended = (index: number, seconds: number, change: Partial<TrialFields> = {}) =>
  trialView(index, { status: 'completed', result: { ...trainingResult(0.3), epochs: 10, seconds }, ...change });

const running = (index: number) => trialView(index, { status: 'running' });

describe('ui-cli/dashboard/estimate/pace', () => {
  test('a burst of load, which the latest epochs of a training show, does not speak for all that is left', () => {
    const pace = { epochSeconds: 14, usualEpochSeconds: 10, setupSeconds: 5 };
    const progress = { 'trial-001': progressAt(9, { pace }) };
    expect(paceOf(trainingView({ trials: [running(1)], progress }))).toEqual({ epochSeconds: 10, setupSeconds: 5 });
  });

  test('all trainings count by their epochs, whatever ended them; those of earlier runs do not', () => {
    const progress = { 'trial-003': progressAt(5, { pace: { epochSeconds: 4, setupSeconds: 1 } }) };
    const trials = [ended(0, 20), ended(1, 40, { status: 'pruned' }), ended(2, 900, { status: 'cached' }), running(3)];
    // 10 epochs of 2 s, 10 of 4 s, 5 of 4 s.
    expect(paceOf(trainingView({ trials, progress }))?.epochSeconds).toBeCloseTo((20 + 40 + 20) / 25, 12);
  });

  test('a training that slept with its machine counts for nothing', () => {
    const trials = [ended(0, 20), ended(1, 20), ended(2, 3600)];
    expect(paceOf(trainingView({ trials, progress: {} }))).toEqual({ epochSeconds: 2, setupSeconds: 0 });
  });

  test('nothing is known before anything has been measured', () => {
    expect(paceOf(trainingView({ trials: [running(1)], progress: { 'trial-001': progressAt(1) } }))).toBeNull();
  });
});
