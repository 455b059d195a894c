import { describe, expect, test } from 'vitest';
import type { Scheduler } from '../../../policy/schedulers/scheduler.ts';
import { expectedWork } from '../../../policy/sweep/expected-work.ts';
import { NEW_SWEEP, type SweepRules } from '../../../policy/sweep/sweep.ts';
import type { SweepTrial, SweepTrialState } from '../../../policy/sweep/sweep-trial.ts';

const scheduler: Scheduler = {
  group: () => 0,
  rungs: () => [1, 3, 9],
  keptShare: 0.5,
  decide: () => ({ kind: 'continue', reason: '' }),
};

const rules: SweepRules = {
  sampler: { lag: 0, propose: () => ({}) },
  scheduler,
  mode: 'asynchronous',
  maxTrials: 4,
  maxEpochsOf: () => 9,
};

/** `decisions`: c continues, p is pruned; `epochs`: of its reports. */
const trialOf = (index: number, state: SweepTrialState, epochs: readonly number[], decisions: string): SweepTrial => ({
  index,
  params: {},
  state,
  reports: epochs.map((epoch, sequence) => ({ epoch, value: 0.5, sequence })),
  decisions: [...decisions].map((letter) => ({ kind: letter === 'c' ? 'continue' : 'prune', reason: '' })),
  known: [],
});

const workOf = (trials: readonly SweepTrial[], trialCount: number | null = trials.length, isClosed = false) =>
  expectedWork(rules, { ...NEW_SWEEP, trials, isClosed }, trialCount);

describe('policy/expected-work', () => {
  test('before any decision each rung keeps the share that its scheduler is known for', () => {
    // 1 epoch for certain, 2 more by half, 6 more by a quarter; 1 + 0.5 + 0.25 trainings.
    expect(workOf([trialOf(0, 'pending', [], '')])).toEqual({ epochs: 3.5, trainings: 1.75 });
    expect(workOf([], 2)).toEqual({ epochs: 7, trainings: 3.5 });
  });

  test('decisions count as they come, the kind of scheduler as much as two of them', () => {
    const ended = [trialOf(0, 'pruned', [1], 'p'), trialOf(1, 'pruned', [1], 'p')];
    // Past the first rung: (0 + 2 × 0.5) / (2 + 2) = 0.25. 1 + 2 × 0.25 + 6 × 0.125.
    expect(workOf([...ended, trialOf(2, 'pending', [], '')])).toEqual({ epochs: 2.25, trainings: 1.375 });
  });

  test('a trial that may go on trains its next rung for certain, one that waits by its chance', () => {
    // Decided to go on: 2 epochs, then 6 by half.  Its decision counts: (1 + 1) / (1 + 2) past the first rung.
    expect(workOf([trialOf(0, 'ready', [1], 'c')])).toEqual({ epochs: 5, trainings: 1.5 });
    // Nothing decided: half of that.
    expect(workOf([trialOf(0, 'waiting', [1], '')])).toEqual({ epochs: 2.5, trainings: 0.75 });
    expect(workOf([trialOf(0, 'running', [1, 3], 'cc')])).toEqual({ epochs: 6, trainings: 1 });
  });

  test('a trial that stopped by itself at a rung did not go on past it', () => {
    // (0 + 1) / (1 + 2) = 1/3 past the first rung: 1 + 2/3 + 6/6.
    const { epochs } = workOf([trialOf(0, 'completed', [1], ''), trialOf(1, 'running', [], '')]);
    expect(epochs).toBeCloseTo(1 + 2 / 3 + 1, 12);
  });

  test('nothing is left of ended trials, nor of planned ones once no further trial begins', () => {
    const trials = [
      trialOf(0, 'completed', [1, 3, 9], 'cc'),
      trialOf(1, 'failed', [], ''),
      trialOf(2, 'pending', [], ''),
    ];
    expect(workOf(trials, 4, true)).toEqual({ epochs: 0, trainings: 0 });
    expect(workOf([], null)).toEqual({ epochs: 0, trainings: 0 });
  });

  test('a trial whose own last epoch lies below a rung ends there', () => {
    const short = { ...rules, maxEpochsOf: () => 2 };
    // Rungs 1 and 2.
    expect(expectedWork(short, { ...NEW_SWEEP, trials: [trialOf(0, 'running', [], '')] }, 1)).toEqual({
      epochs: 1.5,
      trainings: 1.5,
    });
  });
});
