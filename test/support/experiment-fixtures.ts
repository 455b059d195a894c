import { resolveConfig } from '../../config/resolve.ts';
import type { DatasetSummary } from '../../contracts/dataset.ts';
import type { ExperimentInput } from '../../contracts/experiment.ts';
import type { GateConfig } from '../../contracts/experiment-config.ts';
import type { EvaluationReport, EvaluationSummary } from '../../contracts/metrics.ts';
import type { ResolvedConfig, ResolvedScheduler, ResolvedSweep } from '../../contracts/resolved-config.ts';
import type { TrainingResult } from '../../contracts/trial.ts';
import { dataSettings } from './data-requests.ts';

/** The defaults of config/experiment.schema.json, with small towers. */
export const MODEL_SETTINGS: ResolvedConfig['model'] = {
  hidden_dims: [16],
  embedding_dim: 8,
  dropout_rate: 0.3,
  dropout_rate_middle: 0.2,
  activation: 'relu',
  layer_norm: false,
  normalisation: 'auto',
  user_history: false,
  id_dropout: 0.1,
  history_dropout: 0.3,
};

export const SCHEDULER_SETTINGS: ResolvedScheduler = {
  type: 'none',
  min_epochs: 1,
  reduction: 3,
  interval_epochs: 5,
  warmup_trials: 5,
  rungs_without_gain: 2,
  min_gain: 0,
  mode: 'ordered',
};

export const sweepSettings = (change: Partial<ResolvedSweep> = {}): ResolvedSweep => ({
  sampler: 'grid',
  max_trials: null,
  max_parallel: 2,
  max_failures: 3,
  max_seconds: null,
  target: null,
  metric: 'ndcg_at_10',
  scheduler: SCHEDULER_SETTINGS,
  tpe: { startup_trials: 10, candidates: 24, proposal_lag: 8 },
  space: { 'training.learning_rate': { choice: [0.1, 0.2, 0.3, 0.4] } },
  fixed: {},
  constraints: [],
  enqueue: [],
  base: {},
  ...change,
});

export const gateConfig = (change: GateConfig = {}): Required<GateConfig> => ({
  ...resolveConfig({ name: 'fixture' }).gate,
  model_name: 'fixture-model',
  ...change,
});

export const resolvedConfig = (change: Partial<ResolvedConfig> = {}): ResolvedConfig => ({
  name: 'fixture',
  description: '',
  seed: 7,
  data: dataSettings({ users: 60, startups: 40, interactions: 800 }),
  model: MODEL_SETTINGS,
  training: {
    loss: 'weighted_bce',
    num_epochs: 2,
    batch_size: 64,
    learning_rate: 0.001,
    weight_decay: 0.01,
    early_stopping_patience: 5,
    sampled_negatives: 4,
    mixed_negatives: null,
    temperature: 0.1,
    learn_temperature: false,
    warmup_epochs: 0,
    schedule: 'cosine',
    schedule_epochs: null,
    clip_norm: 0,
    max_seconds: null,
    precision: 'float32',
    preflight: true,
  },
  evaluation: { relevance_threshold: 0.4 },
  sweep: sweepSettings(),
  gate: gateConfig(),
  notify: null,
  ...change,
});

export const experimentInput = (config: ResolvedConfig = resolvedConfig()): ExperimentInput => ({
  experimentId: 'fixture-0123456789',
  config,
  configDigest: '0123456789abcdef',
  isFresh: false,
  source: null,
  gitCommit: null,
  user: 'tester',
});

export const datasetSummary: DatasetSummary = {
  version: 'ds-0123456789abcdef',
  samples: 1000,
  splits: { train: 700, validation: 150, test: 150 },
  label_distribution: { '1.0': 500, '0.0': 500 },
  embedding_coverage: 0.98,
  text_encoder: { user: 'source', item: 'source' },
  feature_dims: { user: 512, item: 468 },
  users: 60,
  items: 40,
};

export const evaluationSummary = (ndcg: number): EvaluationSummary => ({
  ndcg_at_10: ndcg,
  precision_at_10: 0.2,
  recall_at_10: 0.3,
  f1_at_10: 0.24,
  hit_rate_at_10: 0.7,
  map: 0.3,
  coverage: 0.5,
  novelty: 4,
  users: 50,
});

export const evaluationReport = (ndcg = 0.3): EvaluationReport => {
  const slice = evaluationSummary(ndcg);
  return {
    slices: { cold: slice, warm: slice, hot: slice },
    categories: [{ side: 'item', feature: 'industry', value: 'health', ...slice }],
    popularity_bias: { mean_percentile: 0.6, average_popularity: 12 },
    calibration: null,
  };
};

export const trainingResult = (ndcg: number): TrainingResult => ({
  bestEpoch: 2,
  epochs: 2,
  validation: evaluationSummary(ndcg),
  bestValLoss: 0.5,
  seconds: 1,
  resumedFromEpoch: null,
  tensorflow: { backend: 'js', library: 'tfjs-backend-cpu 4.22.0' },
  precision: 'float32',
  modelDigest: 'abc',
});
