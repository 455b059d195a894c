import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { configDigest } from '../../../config/digest.ts';
import { loadConfig } from '../../../config/load.ts';
import { resolveConfig } from '../../../config/resolve.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp resolve ');
});

const write = async (name: string, value: unknown): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(value));
  return file;
};

test('a bare name gets the defaults of DESIGN section 8', () => {
  expect(resolveConfig({ name: 'x' })).toEqual({
    name: 'x',
    description: '',
    seed: 7,
    data: {
      use_case: 'developer_startup',
      source: { type: 'synthetic', users: 350, startups: 250, interactions: 7500, seed: 7 },
      labels: {
        apply: { weight: 3, label: 1 },
        interest: { weight: 3.5, label: 1 },
        favorite: { weight: 2.5, label: 0.9 },
        like: { weight: 2, label: 0.8 },
        click: { weight: 1, label: 0.6 },
        view: { weight: 0.5, label: 0.4 },
        dislike: { weight: -1, label: 0 },
      },
      ignored_types: [],
      unit: 'event',
      min_interactions: 1,
      negative_samples: 2,
      negatives: { per: 'pair', draw: 'uniform', weight: 0.5 },
      text_encoder: 'auto',
      min_coverage: 0.95,
      max_bad_rows: 0,
      split: { method: 'random', train: 0.7, validation: 0.15, test: 0.15 },
    },
    model: {
      hidden_dims: [512, 256],
      embedding_dim: 128,
      dropout_rate: 0.3,
      dropout_rate_middle: 0.2,
      activation: 'relu',
      layer_norm: false,
      normalisation: 'auto',
      user_history: false,
      id_dropout: 0.1,
      history_dropout: 0.3,
    },
    training: {
      loss: 'weighted_bce',
      num_epochs: 50,
      batch_size: 256,
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
    sweep: null,
    notify: null,
    gate: {
      model_name: 'two-tower',
      min_ndcg_at_10: 0.1,
      rule: 'superior',
      min_improvement: 0,
      margin: 0.01,
      confidence: 0.95,
      guards: [],
      approval: 'auto',
      approval_timeout: null,
      replicates: 1,
      require_approval: false,
      unreadable_champion: 'retrain',
      supersede_reason: '',
      manual_moves: 'accept',
      blessing: 'required',
      blessing_p99_ms: 250,
    },
  });
});

test('given values stay, a sweep gets its defaults, the seed of the source stays its own', () => {
  const resolved = resolveConfig({
    $schema: 'x',
    name: 'x',
    seed: 99,
    sweep: { space: { 'training.weight_decay': { float: { low: 0.1, high: 0.2, step: 0.1 } } } },
  });
  expect(resolved).not.toHaveProperty('$schema');
  expect(resolved.seed).toBe(99);
  expect(resolved.data.source).toMatchObject({ type: 'synthetic', seed: 7 });
  expect(resolved.sweep).toEqual({
    sampler: 'grid',
    max_trials: null,
    max_parallel: 2,
    max_failures: 3,
    max_seconds: null,
    target: null,
    metric: 'ndcg_at_10',
    scheduler: {
      type: 'none',
      min_epochs: 1,
      reduction: 3,
      interval_epochs: 5,
      warmup_trials: 5,
      rungs_without_gain: 2,
      min_gain: 0,
      mode: 'ordered',
    },
    tpe: { startup_trials: 10, candidates: 24, proposal_lag: 8 },
    space: { 'training.weight_decay': { float: { low: 0.1, high: 0.2, step: 0.1, log: false } } },
    fixed: {},
    constraints: [],
    enqueue: [],
    base: { 'training.weight_decay': 0.01 },
  });
});

test('knows what trials have at every key that the sweep mentions, fixed values before the config', () => {
  const { sweep } = resolveConfig({
    name: 'x',
    training: { batch_size: 32 },
    sweep: {
      space: { 'training.temperature': { choice: [0.1], when: { 'training.loss': ['bpr'] } } },
      constraints: ['training.batch_size * model.embedding_dim <= 4096'],
      fixed: { 'training.loss': 'bpr', 'training.num_epochs': 3 },
    },
  });
  expect(sweep?.base).toEqual({
    'training.temperature': 0.1,
    'training.loss': 'bpr',
    'training.batch_size': 32,
    'model.embedding_dim': 128,
  });
});

test('config/digest: is blind to description, $schema, key order and written-out defaults, not to settings', async () => {
  const digestOf = async (value: unknown) => configDigest(await loadConfig(await write('digest.json', value)));
  const plain = await digestOf({ name: 'x', seed: 7, model: { embedding_dim: 8, dropout_rate: 0.3 } });
  expect(plain).toMatch(/^[0-9a-f]{64}$/);
  const same = { $schema: 's', model: { dropout_rate: 0.3, embedding_dim: 8 }, description: 'd', name: 'x' };
  expect(await digestOf(same)).toBe(plain);
  expect(await digestOf({ name: 'x', model: { embedding_dim: 9 } })).not.toBe(plain);
  expect(await digestOf({ name: 'y', model: { embedding_dim: 8 } })).not.toBe(plain);
});

test('config/digest: a default that earlier versions had not makes no other experiment, another value does', async () => {
  const config = resolveConfig({ name: 'x' });
  const { blessing: _, blessing_p99_ms: __, ...earlier } = config.gate;
  const digest = configDigest(config);
  // As the version before the blessing computed it.
  expect(configDigest({ ...config, gate: earlier as typeof config.gate })).toBe(digest);
  expect(configDigest({ ...config, gate: { ...config.gate, blessing: 'off' } })).not.toBe(digest);
  expect(configDigest({ ...config, gate: { ...config.gate, blessing_p99_ms: 100 } })).not.toBe(digest);
});

test('config/hyperparameters: a file of bare hyperparameters is a config named after the file', async () => {
  const file = await write('Best Params!.json', {
    embedding_dim: 64,
    hidden_dims: [256, 128],
    dropout_rate: 0.1,
    learning_rate: 0.0005,
    batch_size: 128,
    num_epochs: 10,
  });
  const resolved = await loadConfig(file, ['training.batch_size=32']);
  expect(resolved.name).toBe('best-params');
  expect(resolved.model).toMatchObject({ embedding_dim: 64, hidden_dims: [256, 128], dropout_rate: 0.1 });
  expect(resolved.training).toMatchObject({ learning_rate: 0.0005, batch_size: 32, num_epochs: 10 });
});

test('config/hyperparameters: a mistake is shown where it stands in the bare file', async () => {
  const file = join(folder, 'flat.json');
  await writeFile(file, '{\n  "num_epochs": 3,\n  "embedding_dim": 0\n}');
  await expect(loadConfig(file)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    details: { problems: [{ line: 3, column: 20, path: 'model.embedding_dim', found: '0' }] },
  });
});

test('config/hyperparameters: bare keys beside keys of a full config are unknown keys', async () => {
  const file = await write('mixed.json', { training: { batch_size: 8 }, learning_rate: 0.1 });
  await expect(loadConfig(file)).rejects.toMatchObject({
    details: { problems: [{ path: 'name' }, { path: 'learning_rate', found: 'an unknown key' }] },
  });
});
