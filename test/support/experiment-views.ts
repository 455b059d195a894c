/** Views of one small sweep as watchers see them, from its start to its end. */

import type { ExperimentSnapshot, ExperimentView, Phase } from '../../contracts/experiment.ts';
import { GATE_NOT_RUN } from '../../contracts/gate.ts';
import { replicateIdOf, trialIdOf } from '../../contracts/ids.ts';
import type { EpochRecord } from '../../contracts/metrics.ts';
import type { TrialProgress, TrialView, UnfinishedTrial } from '../../contracts/trial.ts';
import { evaluationSummary, trainingResult } from './experiment-fixtures.ts';

export const EXPERIMENT_ID = 'demo-0123456789';
export const WORKFLOW_ID = 'tt-exp/demo/0123456789';
export const STARTED_AT_MS = 1_700_000_000_000;

/** Every field of a view, whatever its phase. */
export type ViewFields = { readonly [Key in keyof ExperimentView]: ExperimentView[Key] };

/** A test leaves out what it does not look at: the view may lack what its phase has found out. */
const asView = (fields: ViewFields): ExperimentView => fields as ExperimentView;

/** The same snapshot or view with other fields. */
export const changed = <View extends ExperimentSnapshot>(view: View, change: Partial<ViewFields>): View => ({
  ...view,
  ...change,
});

export const viewOf = (phase: Phase, change: Partial<ViewFields> = {}): ExperimentView =>
  asView({
    experimentId: EXPERIMENT_ID,
    workflowId: WORKFLOW_ID,
    name: 'demo',
    objective: { metric: 'ndcg_at_10', direction: 'maximise' },
    status: 'running',
    phase,
    timings: {},
    startedAtMs: STARTED_AT_MS,
    source: null,
    dataWarnings: [],
    leftOut: null,
    dataset: null,
    trials: [],
    sweep: null,
    bestTrialId: null,
    parentRunId: null,
    mlflowExperimentId: null,
    test: null,
    model: null,
    gate: GATE_NOT_RUN,
    tensorflow: null,
    error: null,
    progress: {},
    ...change,
  });

export const epochRecord = (epoch: number, ndcg: number): EpochRecord => ({
  epoch,
  trainLoss: 0.5,
  valLoss: 0.6,
  validation: evaluationSummary(ndcg),
  learningRate: 0.001,
  seconds: 1,
  finishedAtMs: STARTED_AT_MS + epoch * 1000,
  isBest: true,
});

export const progressAt = (epoch: number, change: Partial<TrialProgress> = {}): TrialProgress => ({
  epoch,
  epochs: 10,
  step: 0,
  steps: 50,
  trainLoss: epoch === 0 ? null : 0.5,
  last: epoch === 0 ? null : epochRecord(epoch, 0.25),
  best: epoch === 0 ? null : evaluationSummary(0.25),
  resumedFromEpoch: null,
  ...change,
});

/** Every field of a trial, whatever its status. */
export type TrialFields = { readonly [Key in keyof TrialView]: TrialView[Key] } & Pick<
  UnfinishedTrial,
  'isInFlight' | 'logged'
>;

/** The same of a trial: it may lack what one of its status has. */
export const asTrial = (fields: TrialFields): TrialView => fields as TrialView;

export const trialView = (index: number, change: Partial<TrialFields> = {}): TrialView =>
  asTrial({
    trialId: `trial-00${index}`,
    status: 'pending',
    params: { 'training.learning_rate': 0.001 * (index + 1), 'model.hidden_dims': [64, 32] },
    runId: `run-${index}`,
    workflowId: `${WORKFLOW_ID}/trial-00${index}`,
    result: null,
    error: null,
    reports: [],
    value: change.result?.validation.ndcg_at_10 ?? null,
    reason: null,
    isReused: change.status === 'cached',
    attempt: 1,
    ...change,
  });

export const DATASET = {
  version: 'ds-0123456789abcdef',
  samples: 20_000,
  splits: { train: 14_000, validation: 3000, test: 3000 },
  label_distribution: { '0.0': 3000, '0.4': 7000, '0.6': 3500, '0.8': 2000, '0.9': 1500, '1.0': 3000 },
  embedding_coverage: 0.98,
  text_encoder: { user: 'source', item: 'source' },
  feature_dims: { user: 512, item: 468 },
  users: 350,
  items: 250,
} as const;

const DATA_TIMINGS = { prepare: 0.5, extract: 1, label: 0.4, split: 0.2, encode: 2 } as const;

/** In training: one trial done, one at epoch 4 of 10 and one that waits. */
export const trainingView = (change: Partial<ViewFields> = {}): ExperimentView =>
  viewOf('train', {
    timings: DATA_TIMINGS,
    dataset: DATASET,
    mlflowExperimentId: '3',
    trials: [
      trialView(0, { status: 'completed', result: trainingResult(0.31) }),
      trialView(1, { status: 'running' }),
      trialView(2),
    ],
    bestTrialId: 'trial-000',
    tensorflow: { backend: 'native', library: 'libtensorflow 2.21.0' },
    progress: { 'trial-001': progressAt(4) },
    ...change,
  });

/** Of trial-000, for a gate that asks for five trainings: one done, one at epoch 4 of 10, one failed, one that waits. */
export const replicateViews = (): readonly TrialView[] =>
  [
    { status: 'completed' as const, result: trainingResult(0.3) },
    { status: 'running' as const },
    {
      status: 'failed' as const,
      error: { code: 'TRAINING_DIVERGED' as const, message: 'loss: got NaN in epoch 1' },
    },
    {},
  ].map((change, place) => trialView(0, { trialId: replicateIdOf('trial-000', place + 2), epochLimit: 10, ...change }));

/** The sweep is over, and the gate's replicates train. */
export const replicatingView = (change: Partial<ViewFields> = {}): ExperimentView =>
  trainingView({
    trials: [trialView(0, { status: 'completed', result: trainingResult(0.31), epochLimit: 10 })],
    replicates: { of: 5, trials: replicateViews() },
    progress: { 'trial-000-replicate-3': progressAt(4) },
    ...change,
  });

/** Twelve trials at work, in a sweep of forty. */
export const crowdedView = (): ExperimentView =>
  trainingView({
    trials: Array.from({ length: 12 }, (_, index) =>
      trialView(index, { trialId: trialIdOf(index), status: 'running' }),
    ),
    progress: Object.fromEntries(Array.from({ length: 12 }, (_, index) => [trialIdOf(index), progressAt(4)] as const)),
    sweep: { isPaused: false, maxParallel: 12, halt: null, trialCount: 40 },
  });

export const completedView = (change: Partial<ViewFields> = {}): ExperimentView =>
  trainingView({
    phase: 'done',
    status: 'completed',
    timings: { ...DATA_TIMINGS, train: 60, evaluate: 3, register: 1, gate: 0.5 },
    trials: [
      trialView(0, { status: 'completed', result: trainingResult(0.31) }),
      trialView(1, { status: 'cached', result: trainingResult(0.29) }),
      trialView(2, {
        status: 'failed',
        error: { code: 'TRAINING_DIVERGED', message: 'trial-002: loss is NaN, expected a number' },
      }),
    ],
    progress: {},
    test: {
      model: evaluationSummary(0.4),
      baselines: {
        oracle: evaluationSummary(0.6),
        popularity: evaluationSummary(0.1),
        content: evaluationSummary(0.3),
        random: evaluationSummary(0.02),
      },
    },
    model: { name: 'two-tower', version: '3', aliases: ['champion'] },
    gate: {
      ...GATE_NOT_RUN,
      decision: 'promoted',
      reasons: ['Test NDCG@10 0.400 reaches the minimum 0.100.', 'Promoted: there is no champion to compare with.'],
      candidate: { version: '3', run_id: 'run-0', ndcg_at_10: 0.4 },
    },
    ...change,
  });

/** Its blessing has failed so often. */
export const blessingView = (failures: number): ExperimentView => ({
  ...completedView({
    ...{ phase: 'gate', status: 'running', gate: GATE_NOT_RUN },
    timings: { ...DATA_TIMINGS, train: 60, evaluate: 3, register: 1 },
    model: { name: 'two-tower', version: '3', aliases: [] },
  }),
  steps: [
    {
      ...{ id: '7', name: 'blessing', attempt: failures + 1, mostAttempts: 10 },
      lastError: failures === 0 ? null : 'DISK_FULL: no room for a bundle',
    },
    { id: '8', name: 'record verdict', attempt: 1, mostAttempts: 12, lastError: null },
  ],
});
