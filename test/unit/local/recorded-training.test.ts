import { describe, expect, test } from 'vitest';
import type { EpochRecord } from '../../../contracts/metrics.ts';
import { readRecordedTraining } from '../../../local/recorded-training.ts';
import { evaluationSummary, resolvedConfig } from '../../support/experiment-fixtures.ts';

const RUN = '0123456789abcdef0123456789abcdef';
const CONFIG = resolvedConfig();
const { preflight: _, ...TRAINING } = CONFIG.training;
const SETTINGS = { seed: 7, model: CONFIG.model, training: TRAINING, relevanceThreshold: 0.3 };

const record = (epoch: number): EpochRecord => ({
  epoch,
  trainLoss: 1 / epoch,
  valLoss: 2 / epoch,
  validation: evaluationSummary(0.1 * epoch),
  learningRate: 0.1,
  seconds: 1,
  finishedAtMs: epoch,
  isBest: true,
});

const TAGS = {
  'tt.kind': 'trial',
  'tt.experiment_id': 'demo-0123456789',
  'tt.trial_id': 'trial-001',
  'tt.dataset_version': 'ds-1',
  'tt.threads': '2',
};

const ARTIFACTS: Readonly<Record<string, string>> = {
  'config.json': JSON.stringify(SETTINGS),
  'history.json': JSON.stringify([record(1), record(2)]),
  'model/manifest.json': JSON.stringify({ files: { 'user_tower/weights.bin': 'aa' } }),
};

interface Server {
  readonly tags?: Readonly<Record<string, string>>;
  readonly artifacts?: Readonly<Record<string, string>>;
  readonly status?: 'RUNNING' | 'FINISHED';
  /** Among the artifacts of the parent run. */
  readonly sweep?: object;
}

/** An MLflow with the one run, and perhaps its parent. */
const serverWith = ({ tags = TAGS, artifacts = ARTIFACTS, status = 'FINISHED', sweep }: Server) => {
  const run = { runId: RUN, experimentId: '1', status, startTimeMs: 0, endTimeMs: 1, tags };
  return {
    findRun: async (runId: string) => (runId === RUN ? run : null),
    findExperiment: async (name: string) => (name === 'demo' && sweep !== undefined ? '1' : null),
    findRuns: async () => [{ ...run, runId: 'parent', tags: {} }],
    getArtifactText: async (runId: string, path: string) =>
      runId === 'parent' ? JSON.stringify(sweep) : (artifacts[path] ?? null),
    metricHistory: async (_runId: string, key: string) =>
      key === 'val_loss' ? [{ step: 1, value: 2, timestampMs: 3 }] : [],
  };
};

const read = (server: Server = {}, text = RUN) => readRecordedTraining(serverWith(server), text);

describe('local/recorded-training', () => {
  test("reads a trial's settings, epochs, model and circumstances", async () => {
    expect(await read()).toMatchObject({
      runId: RUN,
      trialId: 'trial-001',
      datasetVersion: 'ds-1',
      settings: SETTINGS,
      history: [{ epoch: 1, values: { train_loss: 1, val_ndcg_at_10: 0.1 } }, { epoch: 2 }],
      metrics: [{ epoch: 1, values: { val_loss: 2 } }],
      modelFiles: { 'user_tower/weights.bin': 'aa' },
      circumstances: { threads: '2', precision: null },
    });
  });

  test('reads the config that `tt-exp train` keeps', async () => {
    const { seed, model, training, evaluation } = CONFIG;
    const kept = JSON.stringify({ name: 'train', description: 'x', seed, model, training, evaluation });
    const server = { tags: { ...TAGS, 'tt.kind': 'training' }, artifacts: { ...ARTIFACTS, 'config.json': kept } };
    expect((await read(server)).settings).toEqual({ ...SETTINGS, relevanceThreshold: 0.4 });
  });

  test('finds a trial by its experiment, whosever run it was taken from', async () => {
    const sweep = { config: {}, snapshot: { trials: [{ trialId: 'trial-003', runId: RUN }] } };
    expect((await read({ sweep }, 'demo-0123456789/trial-003')).runId).toBe(RUN);
    await expect(read({ sweep }, 'demo-0123456789/trial-004')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(read({}, 'demo-0123456789/trial-003')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test.each([
    ['nonsense', {}, 'USAGE', 'expected an MLflow run id, an experiment id, or <experiment id>/<trial id>'],
    ['f'.repeat(32), {}, 'RUN_NOT_FOUND', 'which is not in MLflow'],
    [RUN, { tags: { ...TAGS, 'tt.kind': 'experiment' } }, 'USAGE', 'is not a training (its kind is experiment)'],
    [RUN, { status: 'RUNNING' }, 'USAGE', 'still training'],
    [
      RUN,
      { artifacts: { ...ARTIFACTS, 'history.json': undefined } },
      'RUN_NOT_FOUND',
      'its record is incomplete: history.json is missing',
    ],
    [RUN, { tags: { 'tt.kind': 'trial' } }, 'RUN_NOT_FOUND', 'its record is incomplete: tt.dataset_version is missing'],
    [
      RUN,
      { artifacts: { ...ARTIFACTS, 'config.json': JSON.stringify({ ...SETTINGS, model: { hidden: [1] } }) } },
      'CONFIG_INVALID',
      `config.json of run ${RUN}`,
    ],
  ])('refuses what is no record of a training (case %#)', async (text, server, code, message) => {
    await expect(read(server as Server, text)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});
