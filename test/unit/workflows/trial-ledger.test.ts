import { describe, expect, it } from 'vitest';
import { trialIdOf } from '../../../contracts/ids.ts';
import { createNone } from '../../../policy/schedulers/none.ts';
import { createSweep } from '../../../policy/sweep/sweep.ts';
import type { SweepTrial } from '../../../policy/sweep/sweep-trial.ts';
import type { TrialEntry } from '../../../workflows/trial-book.ts';
import { TrialLedger } from '../../../workflows/trial-ledger.ts';
import { trainingResult } from '../../support/experiment-fixtures.ts';

const ENTRY: TrialEntry = {
  ...{ runId: 'run-1', result: trainingResult(0.3), error: null, reason: null },
  ...{ isReused: false, attempt: 1, openRun: null },
};

/** A sweep with one trial, which has reported once. */
const ledgerOf = (state: SweepTrial['state'], entry: Partial<TrialEntry> = {}): TrialLedger => {
  const reports = [{ epoch: trainingResult(0.3).epochs, value: 0.3, sequence: 0 }];
  const sweep = createSweep(
    {
      sampler: { lag: null, propose: () => null },
      scheduler: createNone(10),
      mode: 'asynchronous',
      maxTrials: 1,
      maxEpochsOf: () => 10,
    },
    {
      trials: [{ index: 0, params: {}, state, decisions: [], known: [], reports }],
      reports: 1,
      isExhausted: true,
      isClosed: false,
    },
  );
  return new TrialLedger({
    ...{ workflowId: 'tt-exp/x/0123456789', sweep, metric: 'ndcg_at_10', entries: [{ ...ENTRY, ...entry }] },
    maxEpochsOf: () => 10,
    idOf: trialIdOf,
    onProblem: () => undefined,
  });
};

describe('workflows/trial-ledger', () => {
  it('a trial that a budget ends at its rung is pruned, with run and result', () => {
    const ledger = ledgerOf('ready');
    ledger.endAllOpen('pruned', 'time budget');
    expect(ledger.views).toMatchObject([{ status: 'pruned', runId: 'run-1', value: 0.3, reason: 'time budget' }]);
  });

  it('a repeated trial whose new attempt has no run yet is cancelled by the budget: no model could be taken from it', () => {
    const ledger = ledgerOf('failed');
    ledger.retry(0);
    ledger.endAllOpen('pruned', 'time budget');
    expect(ledger.views).toMatchObject([{ status: 'cancelled', runId: null, reason: 'time budget' }]);
  });

  it('such a trial in the state of an earlier version is shown as cancelled, and the sweep can be looked at', () => {
    expect(ledgerOf('pruned', { runId: null }).views).toMatchObject([{ status: 'cancelled', runId: null, value: 0.3 }]);
  });

  it('a completed trial without a run is refused', () => {
    expect(() => ledgerOf('completed', { runId: null }).views).toThrow('trial-000 has completed without run');
  });
});
