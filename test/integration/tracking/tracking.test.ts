import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrackingPort } from '../../../activities/ports.ts';
import type { EpochRecord } from '../../../contracts/metrics.ts';
import { createTracking, type Tracking } from '../../../tracking/index.ts';
import { datasetSummary, evaluationSummary } from '../../support/experiment-fixtures.ts';
import { startFaultyProxy } from '../../support/faulty-proxy.ts';
import { createMlflowReader, tagsOf } from '../../support/mlflow-rest.ts';
import { startTestMlflow, type TestMlflow } from '../../support/provisioned.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const epochRecord = (epoch: number, change: Partial<EpochRecord> = {}): EpochRecord => ({
  epoch,
  trainLoss: 1 / epoch,
  valLoss: 2 / epoch,
  validation: evaluationSummary(0.3 + epoch / 100),
  learningRate: 0.001,
  seconds: 2,
  finishedAtMs: 1_700_000_000_000 + epoch * 1000,
  isBest: true,
  ...change,
});

describe('tracking', () => {
  let server: TestMlflow;
  let tracking: Tracking & TrackingPort;
  let reader: ReturnType<typeof createMlflowReader>;
  let folder: string;

  beforeAll(async () => {
    server = await startTestMlflow();
    tracking = createTracking({ trackingUri: server.address });
    reader = createMlflowReader(server.address);
    folder = await temporaryFolder('tt-exp-tracking-');
  });

  afterAll(async () => {
    await tracking?.close();
    await server?.dispose();
  });

  const newRun = async (runKey: string, experiment = 'tracking'): Promise<string> =>
    tracking.ensureRun({
      experimentId: await tracking.ensureExperiment(experiment),
      runKey,
      runName: runKey,
      user: 'tester',
      gitCommit: 'abc',
      tags: { 'tt.kind': 'trial' },
      startTimeMs: Date.now(),
    });

  it('tracking/runs: one key makes one run, also when asked for many times at once and by another client', async () => {
    const other = createTracking({ trackingUri: server.address });
    const ids = await Promise.all(Array.from({ length: 8 }, () => newRun("it's one key")));
    expect(new Set(ids).size).toBe(1);
    const experimentId = await other.ensureExperiment('tracking');
    const [found] = await other.findRuns({ experimentId, tags: { 'tt.run_key': "it's one key" } });
    expect(found?.runId).toBe(ids[0]);
    expect(found?.tags).toMatchObject({
      'mlflow.user': 'tester',
      'mlflow.source.git.commit': 'abc',
      'tt.kind': 'trial',
    });
    await other.close();
  });

  it('tracking/runs: two clients that create the same key at once end up with one run', async () => {
    const others = Array.from({ length: 4 }, () => createTracking({ trackingUri: server.address }));
    const experimentId = await tracking.ensureExperiment('race');
    const spec = {
      experimentId,
      runKey: 'race',
      runName: 'race',
      user: 'u',
      gitCommit: null,
      tags: {},
      startTimeMs: 1,
    };
    await Promise.all(others.map((client) => client.ensureRun(spec)));
    const agreed = await Promise.all(others.map((client) => client.ensureRun(spec)));
    expect(new Set(agreed).size).toBe(1);
    expect(await reader.runs('race')).toHaveLength(1);
    await Promise.all(others.map((client) => client.close()));
  });

  it('tracking/runs: an epoch logged twice has its points once, under the step of the epoch', async () => {
    const runId = await newRun('epochs');
    for (const epoch of [1, 2, 2, 1]) {
      await tracking.logEpoch(runId, epochRecord(epoch), { cpuPercent: 99, memoryMegabytes: 500 });
    }
    const points = await reader.history(runId, 'val_ndcg_at_10');
    expect(points.map(({ step, value }) => [step, value])).toEqual([
      [1, 0.31],
      [2, 0.32],
    ]);
    expect((await reader.run(runId)).data.metrics?.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['train_loss', 'val_loss', 'val_map', 'system/cpu_utilization_percentage']),
    );
  });

  it('tracking/history: histories of several runs come in one answer, each by ascending epoch', async () => {
    const [one, other, bare] = [await newRun('bulk-1'), await newRun('bulk-2'), await newRun('bulk-3')];
    for (const epoch of [2, 1]) {
      await tracking.logEpoch(one, epochRecord(epoch), null);
    }
    await tracking.logMetrics(other, [{ key: 'val_ndcg_at_10', value: Number.NaN, step: 1, timestampMs: 5 }]);
    const histories = await tracking.metricHistories([one, other, bare], 'val_ndcg_at_10');
    expect([...histories.keys()].sort()).toEqual([one, other].sort());
    expect(histories.get(one)).toEqual(await tracking.metricHistory(one, 'val_ndcg_at_10'));
    expect(histories.get(one)?.map(({ step }) => step)).toEqual([1, 2]);
    expect(histories.get(other)).toEqual([{ step: 1, value: Number.NaN, timestampMs: 5 }]);
  });

  it('tracking/runs: NaN and Infinity are logged as such', async () => {
    const runId = await newRun('nan');
    await tracking.logMetrics(runId, [{ key: 'strange', value: Number.NaN, step: 1, timestampMs: 5 }]);
    await tracking.logMetrics(runId, [{ key: 'large', value: Number.POSITIVE_INFINITY, step: 1, timestampMs: 5 }]);
    const metrics = (await reader.run(runId)).data.metrics ?? [];
    expect(metrics.find(({ key }) => key === 'strange')?.value).toBe('NaN');
    expect(metrics.some(({ key }) => key === 'large')).toBe(true);
  });

  it('tracking/runs: parameters, dataset input and end of a run', async () => {
    const runId = await newRun('whole');
    const params = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`p.${index}`, String(index)]));
    await tracking.logParams(runId, params);
    await tracking.logParams(runId, params);
    await tracking.logDatasetInput(runId, datasetSummary, 'training');
    await tracking.finishRun(runId, 'FINISHED', Date.now());
    const run = await reader.run(runId);
    expect(run.data.params).toHaveLength(150);
    expect(run.info.status).toBe('FINISHED');
    expect(tagsOf(run)['tt.run_key']).toBe('whole');
  });

  it('tracking/runs: tags and parameters beyond the limits are cut with a note, and whole among the artifacts', async () => {
    const reason = `${'r'.repeat(8999)}.`;
    const runId = await tracking.ensureRun({
      experimentId: await tracking.ensureExperiment('tracking'),
      ...{ runKey: 'long', runName: 'long', user: 'tester', gitCommit: null, startTimeMs: Date.now() },
      tags: { note: reason },
    });
    await tracking.setTags(runId, { reason, fits: 'x'.repeat(8000) });
    const params = { space: 'p'.repeat(6001) };
    await tracking.logParams(runId, params);
    // A changed parameter would be refused: cut again, it is the same.
    await tracking.logParams(runId, params);
    const run = await reader.run(runId);
    const kept = tagsOf(run);
    expect(kept.fits).toHaveLength(8000);
    for (const key of ['note', 'reason']) {
      expect(kept[key]).toHaveLength(8000);
      expect(kept[key]).toMatch(new RegExp(`all 9000 characters are in the artifact long_texts/tag/${key}.txt]$`));
      expect(await tracking.getArtifactText(runId, `long_texts/tag/${key}.txt`)).toBe(reason);
    }
    expect(run.data.params?.find(({ key }) => key === 'space')?.value).toMatch(/^p{5900,}… \[cut: all 6001 characters/);
    expect(await tracking.getArtifactText(runId, 'long_texts/param/space.txt')).toBe(params.space);
  });

  it('tracking/experiments: a deleted experiment is named with the remedy, or restored with its runs', async () => {
    const experimentId = await tracking.ensureExperiment('gone');
    const runId = await newRun('kept', 'gone');
    await reader.deleteExperiment(experimentId);
    await expect(tracking.ensureExperiment('gone')).rejects.toMatchObject({
      code: 'UPSTREAM_REJECTED',
      message: expect.stringContaining('MLflow experiment gone: it was deleted'),
      hint: expect.stringContaining(`mlflow experiments restore --experiment-id ${experimentId}`),
    });
    await expect(tracking.setTags(runId, { a: 'b' })).rejects.toMatchObject({
      code: 'UPSTREAM_REJECTED',
      hint: expect.stringContaining('deleted in MLflow'),
    });
    const clients = Array.from({ length: 3 }, () => createTracking({ trackingUri: server.address }));
    const restored = clients.map((client) => client.ensureExperiment('gone', { ifDeleted: 'restore' }));
    expect(await Promise.all(restored)).toEqual([experimentId, experimentId, experimentId]);
    await Promise.all(clients.map((client) => client.close()));
    expect((await reader.runs('gone')).map(({ info }) => info.run_id)).toEqual([runId]);
    expect(await newRun('kept', 'gone')).toBe(runId);
  });

  it('tracking/experiments: a description is given once, and what a person wrote stays', async () => {
    const described = await tracking.ensureExperiment('described');
    await tracking.describeExperiment(described, 'ours');
    await tracking.describeExperiment(described, 'another');
    expect(await reader.experimentTags(described)).toEqual({ 'mlflow.note.content': 'ours' });
    const long = await tracking.ensureExperiment('described at length');
    await tracking.describeExperiment(long, 'x'.repeat(6000));
    expect((await reader.experimentTags(long))['mlflow.note.content']).toBe(`${'x'.repeat(4999)}…`);
  });

  it('tracking/runs: open runs of workflows are found in every experiment, ended ones and others are not', async () => {
    const newOpen = async (experiment: string, runKey: string, tags: Readonly<Record<string, string>>) =>
      tracking.ensureRun({
        experimentId: await tracking.ensureExperiment(experiment),
        ...{ runKey, runName: runKey, user: 'tester', gitCommit: null, startTimeMs: Date.now(), tags },
      });
    const workflow = { 'tt.workflow_id': 'tt-exp/open/0123456789' };
    const first = await newOpen('open 1', 'first', workflow);
    const second = await newOpen('open 2', 'second', workflow);
    const ended = await newOpen('open 1', 'ended', workflow);
    await tracking.finishRun(ended, 'FINISHED', Date.now());
    await newOpen('open 1', 'training', { 'tt.kind': 'training' });
    const found = await tracking.findOpenRuns(await tracking.experimentIds());
    expect(found.map(({ runId }) => runId).sort()).toEqual([first, second].sort());
    expect(await tracking.findOpenRuns([])).toEqual([]);
  });

  it('tracking/artifacts: a file of 20 MB goes up and down unchanged, a missing one is false', async () => {
    const runId = await newRun('artifacts');
    const content = Buffer.alloc(20 * 2 ** 20, 'artifact');
    const file = join(folder, 'large file.bin');
    await writeFile(file, content);
    await tracking.putArtifactFile(runId, 'some folder/large + 1.bin', file);
    await tracking.putArtifactText(runId, 'some folder/deep/note.txt', 'hello');
    expect(await tracking.listArtifacts(runId, 'some folder')).toEqual(['deep/note.txt', 'large + 1.bin']);
    const copy = join(folder, 'copy', 'large.bin');
    expect(await tracking.getArtifactFile(runId, 'some folder/large + 1.bin', copy)).toBe(true);
    const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    expect(digest(await readFile(copy))).toBe(digest(content));
    expect(await tracking.getArtifactFile(runId, 'some folder/nothing.bin', join(folder, 'nothing'))).toBe(false);
    expect((await readdir(folder)).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it('tracking/registry: a run becomes one logged model and one version, and aliases move', async () => {
    const experimentId = await tracking.ensureExperiment('registry');
    const modelFolder = join(folder, 'model');
    await mkdir(join(modelFolder, 'user_tower'), { recursive: true });
    await writeFile(join(modelFolder, 'manifest.json'), '{}');
    await writeFile(join(modelFolder, 'user_tower', 'weights.bin'), 'weights');
    const register = async (runKey: string) => {
      const runId = await newRun(runKey, 'registry');
      const { modelId } = await tracking.ensureLoggedModel({
        experimentId,
        runId,
        name: 'two-tower',
        folder: modelFolder,
        params: { lr: '0.1' },
        tags: { 'tt.trial_id': runKey },
        step: 3,
        signature: { userDim: 512, itemDim: 468 },
      });
      return tracking.ensureModelVersion({ name: 'registry-model', runId, modelId, tags: { 'tt.trial_id': runKey } });
    };
    expect(await tracking.findByAlias('registry-model', 'champion')).toBeNull();
    const first = await register('first');
    expect(await register('first')).toEqual(first);
    expect(first.version).toBe('1');
    expect(await tracking.findByAlias('registry-model', 'champion')).toBeNull();
    await tracking.setAlias('registry-model', 'champion', '1');
    const second = await register('second');
    expect(second.version).toBe('2');
    await tracking.setAlias('registry-model', 'champion', '2');
    expect((await tracking.findByAlias('registry-model', 'champion'))?.runId).toBe(second.runId);
    expect((await tracking.getVersion('registry-model', '1')).aliases).toEqual([]);
    expect(await reader.modelVersions('registry-model')).toHaveLength(2);
  });

  it('tracking/rest: what was created though its answer was lost is found, not created again', async () => {
    const proxy = await startFaultyProxy(server.address);
    const behind = createTracking({ trackingUri: proxy.url });
    const lost: string[] = [];
    proxy.setFaults((path) => {
      if (!/(?:\/create|\/logged-models|\/outputs)$/.test(path) || lost.includes(path)) {
        return null;
      }
      lost.push(path);
      return 'lost answer';
    });
    const experimentId = await behind.ensureExperiment('lost');
    const run = { experimentId, runKey: 'lost', runName: 'lost', user: 'tester', gitCommit: null, tags: {} };
    const runId = await behind.ensureRun({ ...run, startTimeMs: Date.now() });
    const model = { ...{ experimentId, runId, name: 'two-tower', folder, params: {}, tags: {}, step: 1 } };
    const { modelId } = await behind.ensureLoggedModel({ ...model, signature: { userDim: 2, itemDim: 2 } });
    await behind.ensureModelVersion({ name: 'lost-model', runId, modelId, tags: {} });
    await behind.close();
    await proxy.stop();

    expect(lost.map((path) => path.split('/mlflow/')[1])).toEqual([
      'experiments/create',
      'runs/create',
      'logged-models',
      'runs/outputs',
      'registered-models/create',
      'model-versions/create',
    ]);
    expect(await reader.runs('lost')).toHaveLength(1);
    expect(await reader.modelVersions('lost-model')).toHaveLength(1);
    expect(await reader.loggedModels(experimentId)).toHaveLength(1);
  });

  it('tracking/http: rides out a server that is killed and comes back, losing and doubling nothing', async () => {
    const runId = await newRun('restart');
    const epochs = Array.from({ length: 40 }, (_, index) => index + 1);
    const writing = (async () => {
      for (const epoch of epochs) {
        await tracking.logEpoch(runId, epochRecord(epoch), null);
      }
    })();
    await expect.poll(async () => (await reader.history(runId, 'train_loss')).length).toBeGreaterThan(3);
    await server.stop();
    const again = await server.restart();
    expect(again.address).toBe(server.address);
    await writing;
    expect((await reader.history(runId, 'train_loss')).map(({ step }) => step)).toEqual(epochs);
    // A loaded machine takes a minute to start the server.
  }, 300_000);

  it('tracking/http: a server that is not there is SERVICE_UNREACHABLE once the budget is spent', async () => {
    const retry = { budgetMs: 300, firstDelayMs: 50, maxDelayMs: 100 };
    const nowhere = createTracking({ trackingUri: 'http://127.0.0.1:9', retry });
    await expect(nowhere.ensureExperiment('x')).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      hint: expect.stringContaining('MLFLOW_TRACKING_URI'),
    });
    await nowhere.close();
  });

  it('tracking/http: a refusal names call, status and the server’s reason', async () => {
    await expect(tracking.getRun('no-such-run')).rejects.toMatchObject({
      code: 'UPSTREAM_REJECTED',
      message: expect.stringMatching(/GET \/api\/2.0\/mlflow\/runs\/get: got status 404 RESOURCE_DOES_NOT_EXIST/),
    });
  });
});
