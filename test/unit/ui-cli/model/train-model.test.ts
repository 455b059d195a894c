import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { LocalEvaluationRequest, LocalTrainingRequest } from '../../../../contracts/local-model.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import type { ModelRuntime } from '../../../../ui-cli/model/model-runtime.ts';
import { startLines } from '../../../../ui-cli/model/train-lines.ts';
import { reportLines } from '../../../../ui-cli/text/metric-table.ts';
import { evaluationReport, resolvedConfig } from '../../../support/experiment-fixtures.ts';
import { createFakeRuntime } from '../../../support/fake-cli/fake-runtime.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

let folder = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp-train-');
});

const IDS = {
  users: { features: { id: { kind: 'id' as const } } },
  items: { features: { id: { kind: 'id' as const } } },
};

const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

const cli = async (args: readonly string[], overrides: Partial<ModelRuntime> = {}) => {
  const fake = createFakeRuntime(overrides);
  const exitCode = await runCli(args, fake.runtime);
  await settle();
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr(), listeners: fake.listeners() };
};

/** What the command asks for; the training itself is left out. */
const requestOf = async (args: readonly string[], overrides: Partial<ModelRuntime> = {}) => {
  const requests: LocalTrainingRequest[] = [];
  const result = await cli(['train', ...args], {
    trainModel: async (request) => {
      requests.push(request);
      throw new TtExpError('TRAINING_DIVERGED', 'seen enough');
    },
    ...overrides,
  });
  return { ...result, request: requests[0] };
};

const file = async (name: string, content: object | string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

describe('ui-cli/train', () => {
  test('ui-cli/train: without options it trains the defaults on the built-in data, tracked', async () => {
    const { request } = await requestOf([]);
    expect(request).toMatchObject({
      name: 'two_tower_v1',
      folder: resolve('models', 'two_tower_v1'),
      device: 'auto',
      isForced: false,
      isTracked: true,
      config: {
        name: 'train',
        training: { num_epochs: 50, batch_size: 256, learning_rate: 0.001 },
        model: { embedding_dim: 128, hidden_dims: [512, 256] },
      },
      data: { kind: 'source', config: { data: { source: { type: 'synthetic' } } } },
    });
  });

  test('ui-cli/train: bare hyperparameters are a config; options override them, --set overrides options', async () => {
    const config = await file('my_config.json', {
      embedding_dim: 64,
      hidden_dims: [32],
      learning_rate: 0.01,
      num_epochs: 9,
    });
    const flags = ['--epochs', '4', '--lr', '0.002', '--seed', '5', '--loss', 'in_batch_softmax', '--batch-size', '16'];
    const { request } = await requestOf(['--config', config, ...flags, '--set', 'training.learning_rate=0.003']);
    expect(request?.config).toMatchObject({
      name: 'my_config',
      seed: 5,
      model: { embedding_dim: 64, hidden_dims: [32] },
      training: { num_epochs: 4, learning_rate: 0.003, loss: 'in_batch_softmax', batch_size: 16 },
    });
  });

  test('ui-cli/train: a sweep is ignored, with a notice', async () => {
    const config = await file('sweep.json', {
      name: 'swept',
      sweep: { space: { 'training.learning_rate': { choice: [0.1, 0.2] } } },
    });
    const { request, stderr } = await requestOf(['--config', config]);
    expect(request?.config.name).toBe('swept');
    expect(stderr).toContain('note: the sweep of the config is ignored');
  });

  test('ui-cli/train: a file of interactions becomes the source of a config that has none', async () => {
    const events = await file('events.csv', 'user,item,label\n');
    const config = await file('split.json', { name: 'own', data: { min_interactions: 3, ignored_types: ['seen'] } });
    const ids = { features: { id: { kind: 'id' as const } } };
    const { request, stderr } = await requestOf(['--data', events, '--config', config], {
      guessInteractions: async (path) => ({
        source: { type: 'files', users: ids, items: ids, interactions: { path, type: 'what' } },
        ignoredTypes: ['negative_sample'],
        labels: { played: { weight: 3, label: 0.8 } },
        notes: ['taken for granted'],
      }),
    });
    expect(request?.data).toMatchObject({
      kind: 'source',
      config: {
        data: {
          min_interactions: 3,
          ignored_types: ['seen', 'negative_sample'],
          labels: { played: { weight: 3, label: 0.8 }, like: { weight: 2, label: 0.8 } },
          source: { type: 'files', interactions: { path: events, user: 'user_id', type: 'what' } },
        },
      },
    });
    expect(stderr).toContain('note: taken for granted');
  });

  const mapping = {
    type: 'files',
    ...IDS,
    interactions: {
      path: 'other.csv',
      user: 'who',
      item: 'what',
      rating: { column: 'stars', rules: [{ at_least: 0, type: 'view' }] },
    },
  };

  test('ui-cli/train: a file of interactions is read as the config maps it, and nothing is guessed', async () => {
    const events = await file('mapped.csv', 'who,what,stars\n');
    const config = await file('mapping.json', { name: 'own', data: { source: mapping } });
    const { request, stderr } = await requestOf(['--data', events, '--config', config]);
    expect(request?.data).toMatchObject({
      kind: 'source',
      config: { data: { source: { ...mapping, interactions: { ...mapping.interactions, path: events } } } },
    });
    // Features may be mapped: the defaults of ids alone do not fit.
    expect(request?.config.training.loss).toBe('weighted_bce');
    expect(stderr).toContain(`${events}: its columns are read as defined by data.source of ${config}`);
  });

  test('ui-cli/train: a file of interactions beside a database, or beside names of columns, is refused', async () => {
    const events = await file('both.csv', 'who,what\n');
    const database = await file('database.json', { name: 'own', data: { source: { ...mapping, type: 'sqlite' } } });
    const refused = await requestOf(['--data', events, '--config', database]);
    expect([refused.exitCode, refused.stderr]).toEqual([64, expect.stringContaining('both define the data')]);
    const config = await file('named.json', { name: 'own', data: { source: mapping } });
    const named = await requestOf(['--data', events, '--config', config, '--columns', 'a,b']);
    expect([named.exitCode, named.stderr]).toEqual([64, expect.stringContaining('both name the columns')]);
    const alone = await requestOf(['--columns', 'a,b']);
    expect([alone.exitCode, alone.stderr]).toEqual([
      64,
      expect.stringContaining('--columns needs a file of interactions'),
    ]);
  });

  test('ui-cli/train: a file of interactions takes the place of the built-in data, with a note', async () => {
    const events = await file('instead.csv', 'user,item\n');
    const config = await file('synthetic.json', { name: 'own', data: { source: { type: 'synthetic' } } });
    const { request, stderr } = await requestOf(['--data', events, '--config', config], {
      guessInteractions: async (path) => ({
        source: { type: 'files', interactions: { path, constant_type: 'like' }, ...IDS },
        ignoredTypes: [],
        labels: {},
        notes: [],
      }),
    });
    expect(request?.data).toMatchObject({ kind: 'source', config: { data: { source: { type: 'files' } } } });
    expect(stderr).toContain(`note: the built-in data of ${config} is not used`);
  });

  test('ui-cli/train: a file of interactions is learned from as ids are, unless config, option or --set says else', async () => {
    const events = await file('ids.csv', 'user,item\n');
    const ids = { features: { id: { kind: 'id' as const } } };
    const interactions = { path: events, constant_type: 'like' };
    const settingsOf = async (...args: readonly string[]) => {
      const { request } = await requestOf(['--data', events, ...args], {
        guessInteractions: async () => ({
          source: { type: 'files', users: ids, items: ids, interactions },
          ignoredTypes: [],
          labels: {},
          notes: [],
        }),
      });
      const { model, training } = request?.config ?? {};
      return [model?.user_history, training?.loss, training?.temperature];
    };
    expect(await settingsOf()).toEqual([true, 'in_batch_softmax', 0.15]);
    expect(await settingsOf('--loss', 'bpr', '--set', 'model.user_history=false')).toEqual([false, 'bpr', 0.15]);
    const config = await file('own.json', { name: 'own', training: { loss: 'weighted_bce' } });
    expect(await settingsOf('--config', config)).toEqual([true, 'weighted_bce', 0.15]);
  });

  test('ui-cli/train: a dataset version is passed on', async () => {
    expect((await requestOf(['--data', 'ds-0123'])).request?.data).toEqual({ kind: 'version', version: 'ds-0123' });
  });

  test.each([
    [['--device', 'tpu'], 64, '--device: got "tpu", expected one of auto, cpu, gpu'],
    [['--lr', '-1'], 64, '--lr: got "-1", expected a number > 0'],
    [['--epochs', '0'], 64, '--epochs: got "0", expected a whole number >= 1'],
    [['--model-name', '../x'], 64, '--model-name: got "../x"'],
    [['--data', 'nowhere.csv'], 66, '--data: got "nowhere.csv", which is not a file'],
    [['--data', '/'], 66, 'which is a folder'],
    [['--config', 'nowhere.json'], 66, 'nowhere.json: got no such file'],
    [['--loss', 'bse'], 78, '--loss bse: training.loss: got "bse"'],
    [['--embedding-dim', '999999'], 78, '--embedding-dim 999999: model.embedding_dim: got 999999'],
    [['--set', 'training.batch=2'], 78, 'did you mean'],
  ])('ui-cli/train: %j ends with %i and says why', async (args, code, text) => {
    const { exitCode, stderr, request } = await requestOf(args);
    expect([exitCode, request]).toEqual([code, undefined]);
    expect(stderr).toContain(text);
  });

  test('ui-cli/train: Ctrl-C ends with 130; with --json stdout has one object that says so', async () => {
    const fake = createFakeRuntime({
      trainModel: ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          fake.interrupt();
        }),
    });
    expect(await runCli(['train', '--json'], fake.runtime)).toBe(130);
    await settle();
    expect(JSON.parse(fake.stdout())).toMatchObject({ status: 'cancelled', error: { code: 'INTERRUPTED' } });
    expect(fake.stderr()).toContain('Run the same command again to resume where it stopped.');
    expect(fake.listeners()).toBe(0);
  });
});

describe('ui-cli/train-lines', () => {
  const { model, training } = resolvedConfig();
  const settings = { seed: 7, relevanceThreshold: 0.4, model, training };
  const precisionOf = (precision: 'float32' | 'mixed', backend: 'gpu' | 'native'): string | undefined =>
    startLines({ ...settings, training: { ...training, precision } }, { backend, library: 'libtensorflow' }, []).find(
      (line) => line.includes('Precision'),
    );

  test('ui-cli/model/train-lines: mixed precision is named, and where there is no GPU what became of it', () => {
    expect(precisionOf('float32', 'gpu')).toBeUndefined();
    expect(precisionOf('mixed', 'gpu')).toBe('  Precision: mixed');
    expect(precisionOf('mixed', 'native')).toBe('  Precision: float32 (mixed was requested, but needs a GPU)');
  });
});

describe('ui-cli/metric-table', () => {
  test('ui-cli/text/metric-table: the report shows the three largest slices of each feature', () => {
    const { slices, ...report } = evaluationReport(0.3);
    const slice = (feature: string, value: string, users: number) => ({
      ...slices.warm,
      side: 'item' as const,
      feature,
      value,
      users,
    });
    const values = ['a', 'b', 'c', 'd'].map((value, index) => slice('industry', value, 40 - index));
    const categories = [...values, slice('stage', 'seed', 9)];
    const lines = reportLines({ ...report, slices, categories }).join('\n');
    expect(lines).toMatch(/item industry +a +40 +0\.3000/);
    expect(lines).toMatch(/item industry +c +38/);
    expect(lines).not.toMatch(/item industry +d/);
    expect(lines).toMatch(/item stage +seed +9/);
    expect(reportLines({ ...report, slices, categories: [] }).join('\n')).not.toContain('category');
  });

  test('ui-cli/text/metric-table: a slice without users has dashes in place of metrics', () => {
    const report = evaluationReport(0.3);
    const hot = { ...report.slices.hot, users: 0, ndcg_at_10: 0 };
    const lines = reportLines({ ...report, slices: { ...report.slices, hot } });
    expect(lines.find((line) => line.includes('hot (> 20)'))).toMatch(/hot \(> 20\) +0( +–){6}$/);
    expect(lines.find((line) => line.includes('warm (5–20)'))).toMatch(/0\.3000/);
  });
});

describe('ui-cli/evaluate', () => {
  test('ui-cli/evaluate: passes model, part and device on; data is the model’s own unless given', async () => {
    const requests: LocalEvaluationRequest[] = [];
    const evaluateModel: ModelRuntime['evaluateModel'] = async (request) => {
      requests.push(request);
      throw new TtExpError('MODEL_INCOMPATIBLE', 'seen enough');
    };
    expect((await cli(['evaluate', '--model', 'm@champion'], { evaluateModel })).exitCode).toBe(65);
    await cli(['evaluate', '--model', 'm', '--data', 'ds-01', '--split', 'validation', '--device', 'cpu'], {
      evaluateModel,
    });
    expect(requests).toMatchObject([
      { model: 'm@champion', data: null, split: 'test', device: 'auto' },
      { model: 'm', data: { kind: 'version', version: 'ds-01' }, split: 'validation', device: 'cpu' },
    ]);
  });

  test.each([
    [[], 'required option'],
    [['--model', 'm', '--split', 'train'], '--split: got "train", expected one of test, validation'],
  ])('ui-cli/evaluate: %j ends with 64', async (args, text) => {
    const { exitCode, stderr } = await cli(['evaluate', ...args]);
    expect(exitCode).toBe(64);
    expect(stderr).toContain(text);
  });
});
