import { describe, expect, test } from 'vitest';
import type { ExperimentView } from '../../../../../contracts/experiment.ts';
import type { SweepControl } from '../../../../../contracts/sweep.ts';
import {
  markTrials,
  NO_MARKS,
  sweepSecondsLeft,
  type TrainingMarks,
  trialFraction,
  trialSecondsLeft,
} from '../../../../../ui-cli/dashboard/estimate/estimate.ts';
import { trainingResult } from '../../../../support/experiment-fixtures.ts';
import { progressAt, replicatingView, trainingView, trialView } from '../../../../support/experiment-views.ts';

/** Loading takes as long as 15 epochs. */
const PACE = { epochSeconds: 2, setupSeconds: 30 };

const sweepOf = (change: Partial<SweepControl> = {}): SweepControl => ({
  isPaused: false,
  maxParallel: 2,
  halt: null,
  trialCount: 3,
  ...change,
});

const marksOf = (...views: readonly ExperimentView[]): TrainingMarks => views.reduce(markTrials, NO_MARKS);

const fractionOf = (...views: readonly ExperimentView[]): number =>
  trialFraction(marksOf(...views).trials['trial-001']);

describe('ui-cli/dashboard/estimate', () => {
  test.each([
    [progressAt(0), 0],
    // Epoch 1 of 10, half of its 50 steps.
    [progressAt(0, { epoch: 1, step: 25 }), 0.05],
    [progressAt(4), 0.4],
    [progressAt(4, { epoch: 5, step: 10 }), 0.42],
    [progressAt(10), 1],
  ])('the share done counts finished epochs and steps of the running one (case %#)', (progress, share) => {
    expect(fractionOf(trainingView({ progress: { 'trial-001': progress } }))).toBeCloseTo(share, 12);
  });

  test('a trial at the end of a rung is not done: its bar goes by its last rung', () => {
    const trials = [trialView(1, { status: 'running', epochLimit: 27 })];
    const progress = { 'trial-001': progressAt(9, { epochs: 9 }) };
    expect(fractionOf(trainingView({ trials, progress }))).toBeCloseTo(1 / 3, 12);
  });

  test('a trial that resumes from an earlier checkpoint keeps its bar until it is further', () => {
    const at = (epoch: number) => trainingView({ progress: { 'trial-001': progressAt(epoch) } });
    expect(fractionOf(at(5), at(3))).toBeCloseTo(0.5, 12);
    expect(fractionOf(at(5), at(3), at(6))).toBeCloseTo(0.6, 12);
  });

  test('a trial that was paused keeps its epochs, also for who begins to watch then', () => {
    const paused = trialView(1, { status: 'running', epochLimit: 10, result: { ...trainingResult(0.3), epochs: 4 } });
    const view = trainingView({ trials: [paused], progress: {}, sweep: sweepOf({ isPaused: true }) });
    expect(fractionOf(trainingView({ progress: { 'trial-001': progressAt(4) } }), view)).toBeCloseTo(0.4, 12);
    expect(fractionOf(view)).toBeCloseTo(0.4, 12);
  });

  test('a trial that is tried again begins anew', () => {
    const again = trainingView({
      trials: [trialView(1, { status: 'running', attempt: 2 })],
      progress: { 'trial-001': progressAt(1) },
    });
    expect(fractionOf(trainingView({ progress: { 'trial-001': progressAt(5) } }), again)).toBeCloseTo(0.1, 12);
  });

  test('a trial needs what its epochs take, to the end of its rung; loading is over', () => {
    const view = trainingView({
      trials: [trialView(1, { status: 'running', epochLimit: 27 })],
      progress: { 'trial-001': progressAt(4, { epochs: 9, pace: PACE }) },
    });
    // 5 epochs to epoch 9, 2 s each.
    expect(trialSecondsLeft(marksOf(view), view, 'trial-001')).toBeCloseTo(10, 12);
  });

  test('nothing is known before a worker has measured two epochs, and nothing is told while paused', () => {
    const unmeasured = trainingView({ progress: { 'trial-001': progressAt(1) }, sweep: sweepOf() });
    expect(trialSecondsLeft(marksOf(unmeasured), unmeasured, 'trial-001')).toBeNull();
    expect(sweepSecondsLeft(marksOf(unmeasured), unmeasured)).toBeNull();
    const left = { epochs: 20, trainings: 2 };
    const progress = { 'trial-001': progressAt(4, { pace: PACE }) };
    const measured = trainingView({ progress, sweep: sweepOf({ left }) });
    expect(sweepSecondsLeft(marksOf(measured), measured)).not.toBeNull();
    const paused = trainingView({ progress, sweep: sweepOf({ left, isPaused: true }) });
    expect(trialSecondsLeft(marksOf(measured, paused), paused, 'trial-001')).toBeNull();
    expect(sweepSecondsLeft(marksOf(measured, paused), paused)).toBeNull();
  });

  test('the sweep needs the epochs that its scheduler is likely to let train, and loads for each rung', () => {
    const trials = [1, 2].map((index) => trialView(index, { status: 'running', epochLimit: 27 }));
    const progress = {
      'trial-001': progressAt(2, { epochs: 3, pace: PACE }),
      'trial-002': progressAt(1, { epochs: 3, pace: { epochSeconds: 4, setupSeconds: 10 } }),
    };
    const view = trainingView({ trials, progress, sweep: sweepOf({ left: { epochs: 43, trainings: 12 } }) });
    // 43 epochs less the 2 + 1 since their last reports; 2 epochs took 2 s each and one 4 s, 8/3 s on the mean.
    // 10 trainings to start, 20 s each: 200 s. Two at once.
    expect(sweepSecondsLeft(marksOf(view), view)).toBeCloseTo((40 * (8 / 3) + 200) / 2, 9);
  });

  test('it ends no earlier than the trial that takes longest', () => {
    const trials = [trialView(1, { status: 'running', epochLimit: 10 })];
    const before = trainingView({
      progress: { 'trial-000': progressAt(9), 'trial-001': progressAt(1) },
      sweep: sweepOf(),
    });
    const view = trainingView({
      trials,
      progress: { 'trial-001': progressAt(1, { pace: PACE }) },
      sweep: sweepOf({ left: { epochs: 10, trainings: 1 } }),
    });
    // Two were trained at once before, but nobody can train the other half of this one.
    expect(sweepSecondsLeft(marksOf(before, view), view)).toBeCloseTo(18, 9);
  });

  test('an experiment without a sweep needs what its only trial needs', () => {
    const view = trainingView({
      trials: [trialView(1, { status: 'running', epochLimit: 10 })],
      progress: { 'trial-001': progressAt(4, { pace: PACE }) },
    });
    expect(sweepSecondsLeft(marksOf(view), view)).toBeCloseTo(12, 9);
    // 4 of 10 epochs.
    expect(marksOf(view).fraction).toBeCloseTo(0.4, 12);
  });

  test("before the sweep has ended, the gate's replicates count as long as a trial may train", () => {
    const view = trainingView({
      trials: [trialView(1, { status: 'running', epochLimit: 10 })],
      progress: { 'trial-001': progressAt(4, { pace: PACE }) },
      sweep: sweepOf({ left: { epochs: 10, trainings: 1 }, maxParallel: 1 }),
      replicates: { of: 3, trials: [] },
    });
    // 6 epochs of 2 s; then two replicates, 30 s to load and 10 epochs of 2 s each.
    expect(sweepSecondsLeft(marksOf(view), view)).toBeCloseTo(12 + 100, 9);
    // 4 epochs of 10 + 20.
    expect(marksOf(view).fraction).toBeCloseTo(4 / 30, 12);
  });

  test('while replicates train, those that are left count: nothing else does', () => {
    const left = { epochs: 0, trainings: 0 };
    const view = replicatingView({
      progress: { 'trial-000-replicate-3': progressAt(4, { pace: PACE }) },
      sweep: sweepOf({ left, maxParallel: 1 }),
    });
    // 4 epochs that have ended took 0.5 s each, and 4 of the one that trains 2 s: 1.25 s on the mean.
    // 6 epochs of the one that trains, 30 s and 10 epochs of the one that waits.
    expect(sweepSecondsLeft(marksOf(view), view)).toBeCloseTo(16 * 1.25 + 30, 9);
    const two = replicatingView({
      progress: { 'trial-000-replicate-3': progressAt(4, { pace: PACE }) },
      sweep: sweepOf({ left, maxParallel: 2 }),
    });
    const before = trainingView({
      progress: { 'trial-000': progressAt(1), 'trial-001': progressAt(1) },
      sweep: sweepOf(),
    });
    expect(sweepSecondsLeft(marksOf(before, two), two)).toBeCloseTo((16 * 1.25 + 30) / 2, 9);
    expect(trialFraction(marksOf(view).trials['trial-000-replicate-3'])).toBeCloseTo(0.4, 12);
  });

  test('who begins to watch then knows how long an epoch of the best trial took', () => {
    const sweep = sweepOf({ left: { epochs: 0, trainings: 0 }, maxParallel: 1 });
    const view = replicatingView({ sweep, progress: {} });
    // 2 epochs in 1 s; two replicates of 10 epochs.
    expect(sweepSecondsLeft(marksOf(view), view)).toBeCloseTo(10, 9);
    const elsewhere = replicatingView({
      ...{ sweep, progress: {} },
      trials: [trialView(0, { status: 'cached', result: trainingResult(0.31), epochLimit: 10 })],
      replicates: { of: 3, trials: [] },
    });
    // An earlier run's seconds say nothing of this machine.
    expect(sweepSecondsLeft(marksOf(elsewhere), elsewhere)).toBeNull();
  });

  test('between two trainings the last pace counts', () => {
    const sweep = sweepOf({ left: { epochs: 10, trainings: 1 }, maxParallel: 1 });
    const trials = [trialView(1, { status: 'running' })];
    const measured = trainingView({ trials, progress: { 'trial-001': progressAt(4, { pace: PACE }) }, sweep });
    const between = trainingView({ trials: [trialView(2, { status: 'running' })], progress: {}, sweep });
    // 10 epochs of 2 s, 30 s before them.
    expect(sweepSecondsLeft(marksOf(measured, between), between)).toBeCloseTo(50, 9);
  });

  test('the bar of the training counts epochs, those of earlier trials apart, and never goes back', () => {
    const trials = [
      trialView(0, { status: 'cached', result: { ...trainingResult(0.3), epochs: 10 } }),
      trialView(1, { status: 'running' }),
    ];
    const at = (epoch: number, epochs: number) =>
      trainingView({
        trials,
        progress: { 'trial-001': progressAt(epoch) },
        sweep: sweepOf({ left: { epochs, trainings: 1 } }),
      });
    // 4 epochs are trained, 20 - 4 are left.
    expect(marksOf(at(4, 20)).fraction).toBeCloseTo(4 / 20, 12);
    // More trials turn out to go on than was expected.
    expect(marksOf(at(4, 20), at(5, 50)).fraction).toBeCloseTo(4 / 20, 12);
  });
});
