/** What every tracking server promises to activities and client: MLflow, and the fake in the place of it. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TrackingPort } from '../../activities/ports.ts';
import type { RunsPort } from '../../client/reconcile-runs.ts';
import type { EpochRecord } from '../../contracts/metrics.ts';
import type { RunSpec } from '../../contracts/runs.ts';
import { datasetSummary, evaluationSummary } from '../support/experiment-fixtures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Things as somebody sees and does them who looks at the server by other means. */
export interface TrackingServer {
  /** In the order in which they came. */
  points(runId: string, key: string): Promise<readonly (readonly [step: number, timestampMs: number, value: number])[]>;
  params(runId: string): Promise<Readonly<Record<string, string>>>;
  description(experimentId: string): Promise<string | null>;
  deleteExperiment(experimentId: string): Promise<void>;
}

export interface TrackingUnderTest {
  readonly tracking: TrackingPort & RunsPort;
  readonly server: TrackingServer;
}

const epochRecord = (epoch: number): EpochRecord => ({
  ...{ epoch, trainLoss: 1 / epoch, valLoss: 2 / epoch, validation: evaluationSummary(0.3 + epoch / 100) },
  ...{ learningRate: 0.001, seconds: 2, finishedAtMs: 1_700_000_000_000 + epoch * 1000, isBest: true },
});

const refused = (pattern: RegExp) =>
  expect.objectContaining({ code: 'UPSTREAM_REJECTED', message: expect.stringMatching(pattern) });

/**
 * @param open asked in each test; may give the same server again: experiments and models of the suite have names of their own
 */
export const describeTracking = (open: () => TrackingUnderTest): void => {
  let count = 0;
  /** Unlike all others on the server. */
  const unique = (what: string): string => {
    count += 1;
    return `suite ${what} ${count}`;
  };

  const begin = async () => {
    const { tracking, server } = open();
    const experimentId = await tracking.ensureExperiment(unique('experiment'));
    const specOf = (runKey: string, change: Partial<RunSpec> = {}): RunSpec => ({
      ...{ experimentId, runKey, runName: runKey, user: 'tester', gitCommit: 'abc', tags: {}, startTimeMs: 1000 },
      ...change,
    });
    const newRun = (runKey = 'a run', change: Partial<RunSpec> = {}) => tracking.ensureRun(specOf(runKey, change));
    const registerRun = async (model: string, runKey: string) => {
      const [runId, folder] = [await newRun(runKey), await temporaryFolder()];
      await writeFile(join(folder, 'manifest.json'), '{}');
      const spec = { experimentId, runId, name: 'two-tower', folder, params: {}, tags: {}, step: 3 };
      const { modelId } = await tracking.ensureLoggedModel({ ...spec, signature: { userDim: 2, itemDim: 2 } });
      const version = await tracking.ensureModelVersion({ name: model, runId, modelId, tags: { trial: runKey } });
      return { modelId, version };
    };
    return { tracking, server, experimentId, newRun, registerRun };
  };

  test('one name makes one experiment, described once', async () => {
    const { tracking, server } = open();
    const experiment = unique('name');
    const id = await tracking.ensureExperiment(experiment);
    expect(await tracking.ensureExperiment(experiment)).toBe(id);
    expect(await tracking.ensureExperiment(unique('name'))).not.toBe(id);
    expect(await server.description(id)).toBeNull();
    await tracking.describeExperiment(id, 'first');
    await tracking.describeExperiment(id, 'second');
    expect(await server.description(id)).toBe('first');
  });

  test('a deleted experiment is refused, or restored with its runs', async () => {
    const { tracking, server } = open();
    const experiment = unique('deleted');
    const id = await tracking.ensureExperiment(experiment);
    const spec = { experimentId: id, runKey: 'kept', runName: 'kept', user: 'u', gitCommit: null, tags: {} };
    const runId = await tracking.ensureRun({ ...spec, startTimeMs: 1 });
    await server.deleteExperiment(id);
    await expect(tracking.ensureExperiment(experiment)).rejects.toEqual(refused(/deleted/));
    await expect(tracking.setTags(runId, { a: 'b' })).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
    expect(await tracking.ensureExperiment(experiment, { ifDeleted: 'restore' })).toBe(id);
    expect(await tracking.ensureRun({ ...spec, startTimeMs: 1 })).toBe(runId);
    await tracking.setTags(runId, { a: 'b' });
  });

  test('one key makes one run, which carries the tags that it was created with', async () => {
    const { tracking, experimentId, newRun } = await begin();
    const parent = await newRun('parent');
    const change = { tags: { 'tt.kind': 'trial' }, parentRunId: parent };
    const runId = await newRun("it's one key", change);
    expect(await newRun("it's one key", change)).toBe(runId);
    expect(runId).not.toBe(parent);
    expect(await tracking.getRun(runId)).toMatchObject({
      runId,
      experimentId,
      status: 'RUNNING',
      endTimeMs: null,
      startTimeMs: 1000,
    });
    expect((await tracking.getRun(runId)).tags).toMatchObject({
      'tt.run_key': "it's one key",
      'tt.kind': 'trial',
      'mlflow.user': 'tester',
      'mlflow.source.git.commit': 'abc',
      'mlflow.parentRunId': parent,
    });
  });

  test('runs are found by all of the tags and the status, newest first', async () => {
    const { tracking, experimentId, newRun } = await begin();
    const old = await newRun('old', { tags: { kind: 'trial', more: 'x' }, startTimeMs: 1000 });
    const recent = await newRun('recent', { tags: { kind: 'trial' }, startTimeMs: 3000 });
    await newRun('other', { tags: { kind: 'parent' }, startTimeMs: 2000 });
    const idsOf = async (tags: Readonly<Record<string, string>>, status?: 'RUNNING' | 'FINISHED') =>
      (await tracking.findRuns({ experimentId, tags, ...(status && { status }) })).map(({ runId }) => runId);
    expect(await idsOf({ kind: 'trial' })).toEqual([recent, old]);
    expect(await idsOf({ kind: 'trial', more: 'x' })).toEqual([old]);
    expect(await idsOf({ kind: 'none' })).toEqual([]);
    await tracking.finishRun(old, 'FINISHED', 5000);
    expect(await idsOf({ kind: 'trial' }, 'RUNNING')).toEqual([recent]);
    expect(await idsOf({ kind: 'trial' }, 'FINISHED')).toEqual([old]);
    expect(await tracking.getRun(old)).toMatchObject({ status: 'FINISHED', endTimeMs: 5000 });
  });

  test('open runs of workflows are found in the experiments asked for, ended ones and others are not', async () => {
    const [one, other] = [await begin(), await begin()];
    const tags = { 'tt.workflow_id': 'tt-exp/open/0123456789' };
    const [first, second] = [await one.newRun('first', { tags }), await other.newRun('second', { tags })];
    const ended = await one.newRun('ended', { tags });
    await one.tracking.finishRun(ended, 'KILLED', 5);
    await one.newRun('training', { tags: { 'tt.kind': 'training' } });
    const { tracking, server } = one;
    const openIn = async (ids: readonly string[]) =>
      (await tracking.findOpenRuns(ids)).map(({ runId }) => runId).sort();
    expect(await openIn([one.experimentId, other.experimentId])).toEqual([first, second].sort());
    expect(await openIn([other.experimentId])).toEqual([second]);
    expect(await openIn([])).toEqual([]);
    expect(await tracking.experimentIds()).toEqual(expect.arrayContaining([one.experimentId, other.experimentId]));
    await server.deleteExperiment(other.experimentId);
    expect(await tracking.experimentIds()).not.toContain(other.experimentId);
  });

  test('a run that is not there is refused, whatever is asked of it', async () => {
    const { tracking } = open();
    const none = '0'.repeat(32);
    const missing = { code: 'UPSTREAM_REJECTED', details: { errorCode: 'RESOURCE_DOES_NOT_EXIST' } };
    await expect(tracking.getRun(none)).rejects.toMatchObject(missing);
    await expect(tracking.setTags(none, { a: 'b' })).rejects.toMatchObject(missing);
    await expect(tracking.listArtifacts(none, 'model')).rejects.toMatchObject(missing);
    await expect(tracking.putArtifactText(none, 'note.txt', 'x')).rejects.toMatchObject(missing);
  });

  test('an epoch logged twice has its points once, under its step and the time of its end', async () => {
    const { tracking, server, newRun } = await begin();
    const runId = await newRun();
    for (const epoch of [1, 2, 2, 1]) {
      await tracking.logEpoch(runId, epochRecord(epoch), { cpuPercent: 99, memoryMegabytes: 500 });
    }
    expect(await server.points(runId, 'val_ndcg_at_10')).toEqual([
      [1, 1_700_000_001_000, 0.31],
      [2, 1_700_000_002_000, 0.32],
    ]);
    expect(await server.points(runId, 'system/cpu_utilization_percentage')).toHaveLength(2);
    expect(await tracking.metricHistory(runId, 'val_ndcg_at_10')).toEqual([
      { step: 1, timestampMs: 1_700_000_001_000, value: 0.31 },
      { step: 2, timestampMs: 1_700_000_002_000, value: 0.32 },
    ]);
    expect(await tracking.metricHistory(runId, 'val_never')).toEqual([]);
    await tracking.logEpoch(runId, epochRecord(3), null);
    const gpu = { utilizationPercent: 87, memoryMegabytes: 10_000, totalMemoryMegabytes: 40_000 };
    await tracking.logEpoch(runId, epochRecord(3), { cpuPercent: 99, memoryMegabytes: 500, gpu });
    const untold = { utilizationPercent: null, memoryMegabytes: 20_000, totalMemoryMegabytes: null };
    await tracking.logEpoch(runId, epochRecord(4), { cpuPercent: 99, memoryMegabytes: 500, gpu: untold });
    expect(await server.points(runId, 'train_loss')).toHaveLength(4);
    expect(await server.points(runId, 'system/system_memory_usage_megabytes')).toHaveLength(4);
    expect(await server.points(runId, 'system/gpu_0_utilization_percentage')).toEqual([[3, 1_700_000_003_000, 87]]);
    expect(await server.points(runId, 'system/gpu_0_memory_usage_megabytes')).toEqual([
      [3, 1_700_000_003_000, 10_000],
      [4, 1_700_000_004_000, 20_000],
    ]);
    expect(await server.points(runId, 'system/gpu_0_memory_usage_percentage')).toEqual([[3, 1_700_000_003_000, 25]]);
  });

  test('epochs of an earlier attempt have their points once, more than fit into one request, whichever were logged', async () => {
    const { tracking, server, newRun } = await begin();
    const runId = await newRun();
    await tracking.logEpoch(runId, epochRecord(2), { cpuPercent: 99, memoryMegabytes: 500 });
    // Of each at least seven metrics, and a request has a thousand at most.
    const epochs = Array.from({ length: 150 }, (_, index) => index + 1);
    await tracking.logEpochs(runId, epochs.map(epochRecord));
    await tracking.logEpochs(runId, epochs.map(epochRecord));
    const points = await server.points(runId, 'val_ndcg_at_10');
    expect(points.map(([step]) => Number(step)).toSorted((a, b) => a - b)).toEqual(epochs);
    expect(points.filter(([step]) => step === 2)).toEqual([[2, 1_700_000_002_000, 0.32]]);
    expect(await server.points(runId, 'epoch_seconds')).toHaveLength(150);
    expect(await server.points(runId, 'system/cpu_utilization_percentage')).toHaveLength(1);
    await tracking.logEpochs(runId, []);
  });

  test('parameters stay, tags change, and both are kept whole though they be long', async () => {
    const { tracking, server, newRun } = await begin();
    const runId = await newRun();
    const params = { rate: '0.1', space: 'p'.repeat(6001) };
    await tracking.logParams(runId, params);
    await tracking.logParams(runId, params);
    await expect(tracking.logParams(runId, { rate: '0.2' })).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
    expect(await server.params(runId)).toMatchObject({ rate: '0.1', space: expect.stringMatching(/^p{5900,}… \[cut/) });
    expect(await tracking.getArtifactText(runId, 'long_texts/param/space.txt')).toBe(params.space);
    await tracking.setTags(runId, { state: 'begun', other: 'stays' });
    await tracking.setTags(runId, { state: 'ended', reason: 'r'.repeat(8001) });
    const { tags } = await tracking.getRun(runId);
    expect(tags).toMatchObject({ state: 'ended', other: 'stays' });
    expect(tags.reason).toHaveLength(8000);
    expect(await tracking.getArtifactText(runId, 'long_texts/tag/reason.txt')).toBe('r'.repeat(8001));
    await tracking.logDatasetInput(runId, datasetSummary, 'training');
    await tracking.logDatasetInput(runId, datasetSummary, 'training');
  });

  test('artifacts come back as they went, by paths below a folder, and one that is gone is none', async () => {
    const { tracking, newRun } = await begin();
    const [runId, other, folder] = [await newRun(), await newRun('another'), await temporaryFolder()];
    const file = join(folder, 'given.bin');
    await writeFile(file, Buffer.from([0, 255, 10, 13]));
    await tracking.putArtifactText(runId, 'model/note.txt', 'first');
    await tracking.putArtifactText(runId, 'model/note.txt', 'größer');
    await tracking.putArtifactFile(runId, 'model/deep/weights + 1.bin', file);
    await tracking.putArtifactText(runId, 'models.txt', 'beside it');
    expect(await tracking.listArtifacts(runId, 'model')).toEqual(['deep/weights + 1.bin', 'note.txt']);
    expect(await tracking.listArtifacts(runId, 'nothing')).toEqual([]);
    expect(await tracking.listArtifacts(other, 'model')).toEqual([]);
    expect(await tracking.getArtifactText(runId, 'model/note.txt')).toBe('größer');
    const copy = join(folder, 'new', 'copy.bin');
    // Steps of one worker that need the same file at once.
    const fetched = Array.from({ length: 5 }, () =>
      tracking.getArtifactFile(runId, 'model/deep/weights + 1.bin', copy),
    );
    expect(await Promise.all(fetched)).toEqual([true, true, true, true, true]);
    expect(await readFile(copy)).toEqual(await readFile(file));
    expect(await readdir(join(folder, 'new'))).toEqual(['copy.bin']);

    await tracking.deleteArtifact(runId, 'model/note.txt');
    await tracking.deleteArtifact(runId, 'model/note.txt');
    expect(await tracking.listArtifacts(runId, 'model')).toEqual(['deep/weights + 1.bin']);
    expect(await tracking.getArtifactText(runId, 'model/note.txt')).toBeNull();
    expect(await tracking.getArtifactFile(runId, 'model/note.txt', join(folder, 'none'))).toBe(false);
    expect((await readdir(folder)).sort()).toEqual(['given.bin', 'new']);
  });

  test('a run becomes one logged model and one version, and an alias names one version', async () => {
    const { tracking, registerRun } = await begin();
    const model = unique('model').replaceAll(' ', '-');
    const register = (runKey: string) => registerRun(model, runKey);
    expect(await tracking.findByAlias(model, 'champion')).toBeNull();
    const first = await register('first');
    expect(await register('first')).toEqual(first);
    expect(first.version).toMatchObject({ name: model, version: '1', aliases: [], tags: { trial: 'first' } });
    expect(await tracking.findByAlias(model, 'champion')).toBeNull();
    const second = await register('second');
    expect(second.version.version).toBe('2');
    expect(second.modelId).not.toBe(first.modelId);

    await tracking.setAlias(model, 'champion', '1');
    await tracking.setAlias(model, 'champion', '2');
    await tracking.setAlias(model, 'previous', '1');
    expect(await tracking.findByAlias(model, 'champion')).toMatchObject({
      ...{ version: '2', runId: second.version.runId, aliases: ['champion'] },
    });
    expect((await tracking.getVersion(model, '1')).aliases).toEqual(['previous']);
    await tracking.deleteAlias(model, 'previous');
    await tracking.deleteAlias(model, 'previous');
    expect(await tracking.findByAlias(model, 'previous')).toBeNull();
    await expect(tracking.getVersion(model, '3')).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
    await expect(tracking.setAlias(model, 'champion', '3')).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
  });

  test("a version's description is changed as it stands, and stays where the change would not fit", async () => {
    const { tracking, registerRun } = await begin();
    const model = unique('described').replaceAll(' ', '-');
    await registerRun(model, 'first');
    const seen: string[] = [];
    const edit = (change: (text: string) => string) =>
      tracking.editVersionDescription(model, '1', (text) => {
        seen.push(text);
        return change(text);
      });
    await edit((text) => `${text}first`);
    await edit((text) => `${text}, second`);
    await edit((text) => text);
    await edit((text) => text + 'x'.repeat(5000));
    await edit((text) => text);
    expect(seen).toEqual(['', 'first', 'first, second', 'first, second', 'first, second']);
    await expect(tracking.editVersionDescription(model, '2', (text) => text)).rejects.toMatchObject({
      code: 'UPSTREAM_REJECTED',
    });
  });

  test("a version's tags are added to and replaced, and cut where they are too long for any server", async () => {
    const { tracking, registerRun } = await begin();
    const model = unique('tagged').replaceAll(' ', '-');
    await registerRun(model, 'first');
    await tracking.setVersionTags(model, '1', { a: 'one', b: 'two' });
    await tracking.setVersionTags(model, '1', { b: 'ünïcode: three' });
    expect((await tracking.getVersion(model, '1')).tags).toEqual({ trial: 'first', a: 'one', b: 'ünïcode: three' });
    await tracking.setVersionTags(model, '1', { b: 'x'.repeat(9000) });
    expect((await tracking.getVersion(model, '1')).tags.b).toMatch(/^x{4999}…$/);
    await expect(tracking.setVersionTags(model, '2', { a: 'one' })).rejects.toMatchObject({
      ...{ code: 'UPSTREAM_REJECTED', details: { errorCode: 'RESOURCE_DOES_NOT_EXIST' } },
    });
  });

  test('behind a guard that throws it can be read, and nothing is written', async () => {
    const { tracking, server, experimentId, newRun, registerRun } = await begin();
    const [runId, model] = [await newRun(), unique('guarded').replaceAll(' ', '-')];
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, 'content');
    await tracking.putArtifactText(runId, 'kept.txt', 'kept');
    await registerRun(model, 'registered');
    await tracking.setAlias(model, 'champion', '1');
    const isOver = new Error('another attempt has taken over');
    const stale = tracking.guardedBy(() => Promise.reject(isOver));
    const spec = { experimentId, runKey: 'new', runName: 'new', user: 'u', gitCommit: null, tags: {}, startTimeMs: 1 };
    for (const write of [
      () => stale.ensureExperiment(unique('never')),
      () => stale.ensureRun(spec),
      () => stale.logEpoch(runId, epochRecord(1), null),
      () => stale.logEpochs(runId, [epochRecord(1)]),
      () => stale.logMetrics(runId, [{ key: 'm', value: 1, step: 1, timestampMs: 1 }]),
      () => stale.logParams(runId, { a: 'b' }),
      () => stale.setTags(runId, { a: 'b' }),
      () => stale.finishRun(runId, 'FAILED', 5),
      () => stale.putArtifactFile(runId, 'file', file),
      () => stale.putArtifactText(runId, 'text', 'text'),
      () => stale.deleteArtifact(runId, 'kept.txt'),
      () => stale.setAlias(model, 'challenger', '1'),
      () => stale.deleteAlias(model, 'champion'),
      () => stale.editVersionDescription(model, '1', (text) => `${text}more`),
      () => stale.setVersionTags(model, '1', { a: 'b' }),
    ]) {
      await expect(write(), String(write)).rejects.toBe(isOver);
    }
    expect(await stale.getRun(runId)).toMatchObject({ status: 'RUNNING' });
    expect((await stale.getRun(runId)).tags.a).toBeUndefined();
    expect(await stale.getArtifactText(runId, 'kept.txt')).toBe('kept');
    expect(await stale.getArtifactText(runId, 'text')).toBeNull();
    expect((await stale.findByAlias(model, 'champion'))?.aliases).toEqual(['champion']);
    expect(await server.params(runId)).toEqual({});
    expect(await server.points(runId, 'm')).toEqual([]);
    let asked = 0;
    const current = tracking.guardedBy(async () => {
      asked += 1;
    });
    await current.setTags(runId, { a: 'b' });
    expect(asked).toBeGreaterThan(0);
    expect((await current.getRun(runId)).tags.a).toBe('b');
  });
};
