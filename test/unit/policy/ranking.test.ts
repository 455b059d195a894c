import { describe, expect, test } from 'vitest';
import type { TrialStatus } from '../../../contracts/trial.ts';
import { bestTrial, improvements, rankTrials } from '../../../policy/ranking.ts';

const trial = (trialId: string, value: number | null, status: TrialStatus = 'completed') => ({
  trialId,
  value,
  status,
});
const ids = (trials: readonly { readonly trialId: string }[]): string => trials.map(({ trialId }) => trialId).join('');

const TRIALS = [
  trial('a', 0.3),
  trial('b', 0.5, 'pruned'),
  trial('c', 0.5, 'cached'),
  trial('d', 0.9, 'failed'),
  trial('e', 0.9, 'running'),
  trial('f', 0.9, 'cancelled'),
  trial('g', null),
  trial('h', Number.NaN),
  trial('i', 0.2),
];

describe('policy/ranking', () => {
  test('completed, reused and pruned trials count, and of two equal ones the earlier is better', () => {
    expect(ids(rankTrials(TRIALS, 'maximise'))).toBe('bcai');
    expect(ids(improvements(TRIALS, 'maximise'))).toBe('ab');
    expect(bestTrial(TRIALS, 'maximise')?.trialId).toBe('b');
  });

  test('of an objective to minimise the lowest value is the best', () => {
    expect(ids(rankTrials(TRIALS, 'minimise'))).toBe('iabc');
    expect(ids(improvements(TRIALS, 'minimise'))).toBe('ai');
    expect(bestTrial(TRIALS, 'minimise')?.trialId).toBe('i');
  });

  test('without a trial that counts there is no best one', () => {
    const none = TRIALS.filter(({ status }) => status === 'failed' || status === 'running');
    expect(bestTrial(none, 'maximise')).toBeNull();
    expect(rankTrials(none, 'maximise')).toEqual([]);
  });
});
