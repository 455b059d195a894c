import { describe, expect, it } from 'vitest';
import type { TrialStatus } from '../../../../contracts/trial.ts';
import { describeReplicates } from '../../../../policy/gate/describe-replicates.ts';
import { trialView } from '../../../support/experiment-views.ts';

const told = (...statuses: readonly TrialStatus[]): string | null =>
  describeReplicates({ of: 5, trials: statuses.map((status) => trialView(0, { status })) });

describe('policy/describe-replicates', () => {
  it('names those that train; the best trial is the first training', () => {
    expect(told('running', 'pending', 'pending', 'pending')).toBe('gate: replicate 2 of 5');
    expect(told('completed', 'running', 'failed', 'running')).toBe('gate: replicates 3, 5 of 5');
  });

  it('counts those that wait where none trains, and is silent where none is left', () => {
    expect(told('completed', 'pending', 'pending', 'pending')).toBe('gate: 3 replicates to train');
    expect(told('completed', 'failed', 'cached', 'cancelled')).toBeNull();
    expect(told()).toBeNull();
  });
});
