import { describe, expect, test } from 'vitest';
import { markTrials, sweepSecondsLeft, trialFraction, trialSecondsLeft } from '../../../ui-cli/live/estimate.ts';
import { trainingResult } from '../../support/experiment-fixtures.ts';
import { progressAt, trainingView, trialView } from '../../support/experiment-views.ts';

describe('ui-cli/estimate', () => {
  test.each([
    [progressAt(0), 0],
    // Epoch 1 of 10, half of its 50 steps.
    [progressAt(0, { epoch: 1, step: 25 }), 0.05],
    [progressAt(4), 0.4],
    [progressAt(4, { epoch: 5, step: 10 }), 0.42],
    [progressAt(10), 1],
  ])(
    'ui-cli/estimate: the share done counts finished epochs and steps of the running one (case %#)',
    (progress, share) => {
      expect(trialFraction(progress)).toBeCloseTo(share, 12);
    },
  );

  test('ui-cli/estimate: time left follows from the rate since the trial was first seen', () => {
    const seen = trainingView({ progress: { 'trial-001': progressAt(2) } });
    const marks = markTrials({}, seen, 1000);
    expect(trialSecondsLeft(marks, 'trial-001', progressAt(2), 9000)).toBeNull();
    // 2 epochs in 10 s, 6 epochs left.
    expect(trialSecondsLeft(marks, 'trial-001', progressAt(4), 11_000)).toBeCloseTo(30, 9);
  });

  test('ui-cli/estimate: a trial that fell back to its checkpoint is measured anew', () => {
    const first = markTrials({}, trainingView({ progress: { 'trial-001': progressAt(4) } }), 1000);
    const again = markTrials(first, trainingView({ progress: { 'trial-001': progressAt(3) } }), 50_000);
    expect(again['trial-001']).toEqual({ atMs: 50_000, fraction: 0.3 });
    expect(markTrials(again, trainingView({ progress: { 'trial-001': progressAt(4) } }), 60_000)).toBe(again);
  });

  test('ui-cli/estimate: the sweep needs what runs and what waits, spread over the trials that run', () => {
    const trials = [
      trialView(0, { status: 'completed', result: { ...trainingResult(0.3), seconds: 100 } }),
      trialView(1, { status: 'running' }),
      trialView(2, { status: 'running' }),
      trialView(3),
      trialView(4),
    ];
    const at = (epoch: number) => ({ 'trial-001': progressAt(epoch), 'trial-002': progressAt(epoch) });
    const marks = markTrials({}, trainingView({ trials, progress: at(0) }), 0);
    // Each running trial: half done in 40 s, so 40 s left. Two wait, 100 s each. (40 + 40 + 200) / 2 lanes.
    expect(sweepSecondsLeft(marks, trainingView({ trials, progress: at(5) }), 40_000)).toBeCloseTo(140, 9);
  });

  test('ui-cli/estimate: cached and resumed trials say nothing about the time of a whole one', () => {
    const resumed = { ...trainingResult(0.3), seconds: 1, resumedFromEpoch: 9 };
    const trials = [
      trialView(0, { status: 'cached', result: trainingResult(0.3) }),
      trialView(1, { status: 'completed', result: resumed }),
      trialView(2, { status: 'running' }),
    ];
    expect(sweepSecondsLeft({}, trainingView({ trials, progress: {} }), 1000)).toBeNull();
  });
});
