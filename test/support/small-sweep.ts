/** Six trials of a sweep with successive halving, with values that one can follow by hand. */

import type { ExperimentFacts } from '../../contracts/experiment-facts.ts';
import { GATE_NOT_RUN } from '../../contracts/gate.ts';
import type { TrialView } from '../../contracts/trial.ts';
import { resolvedConfig, SCHEDULER_SETTINGS, sweepSettings, trainingResult } from './experiment-fixtures.ts';
import { type TrialFields, trialView, viewOf } from './experiment-views.ts';

const RATES = [0.1, 0.2, 0.3, 0.4];

const base = resolvedConfig();

/** Rungs at epochs 1 and 2, of 4; at each the better half goes on. */
export const SMALL_CONFIG = resolvedConfig({
  training: { ...base.training, num_epochs: 4 },
  sweep: sweepSettings({ scheduler: { ...SCHEDULER_SETTINGS, type: 'asha', reduction: 2 } }),
});

const trial = (
  index: number,
  status: TrialView['status'],
  values: readonly number[],
  change: Partial<TrialFields> = {},
): TrialView => {
  const epochs = [1, 2, 4];
  const last = values.at(-1) ?? 0;
  return trialView(index, {
    status,
    params: { 'training.learning_rate': RATES[index] ?? 0 },
    reports: values.map((value, rung) => ({ epoch: epochs[rung] ?? 0, value, sequence: index * 3 + rung })),
    value: values.at(-1) ?? null,
    result: {
      ...trainingResult(last),
      epochs: epochs[values.length - 1] ?? 0,
      bestEpoch: epochs[values.length - 1] ?? 0,
    },
    ...change,
  });
};

const TRIALS = [
  trial(0, 'completed', [0.2, 0.25, 0.3]),
  // Of 0.2 and 0.1 the better half is one trial: the second one ends.
  trial(1, 'pruned', [0.1], {
    reason: '0.1 at epoch 1 is number 2 of 2 trials at this rung; only the best 1 (1/2) go on',
  }),
  trial(2, 'cached', [0.3, 0.35, 0.4], { runId: 'run-of-old' }),
  // Worse than 0.3 alone: second of four, of which two go on. At epoch 2 third of three.
  trial(3, 'pruned', [0.25, 0.24], {
    reason: '0.24 at epoch 2 is number 3 of 3 trials at this rung; only the best 1 (1/2) go on',
  }),
];

const { progress: _, ...snapshot } = viewOf('done', {
  status: 'completed',
  trials: TRIALS,
  timings: { train: 60 },
  bestTrialId: 'trial-002',
  mlflowExperimentId: '3',
  sweep: { isPaused: false, maxParallel: 2, halt: null, trialCount: 4 },
  gate: {
    ...GATE_NOT_RUN,
    decision: 'promoted',
    reasons: ['Test NDCG@10 0.400 reaches the minimum 0.100.', 'Promoted: there is no champion to compare with.'],
    candidate: { version: '1', run_id: 'run-of-old', ndcg_at_10: 0.4 },
  },
});

export const SMALL_FACTS: ExperimentFacts = { config: SMALL_CONFIG, snapshot, origin: 'temporal', extends: null };
