import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ComputePort, DatasetPort, TrackingPort } from '../../../activities/ports.ts';
import { createTrainingActivities, type TrainingActivityDeps } from '../../../activities/training.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { EpochRecord } from '../../../contracts/metrics.ts';
import type { TrainTrialRequest } from '../../../contracts/steps.ts';
import type { TrainJob } from '../../../contracts/trainer.ts';
import { evaluationSummary, trainingResult } from '../../support/experiment-fixtures.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const request: TrainTrialRequest = {
  runId: 'run-1',
  settings: { training: { batch_size: 8 } } as TrainTrialRequest['settings'],
  datasetVersion: 'ds-1',
  call: 1,
  epochBudget: 9,
  device: 'auto',
  preflight: true,
  codeDigest: 'c0de',
};

const record: EpochRecord = {
  epoch: 1,
  trainLoss: 1,
  valLoss: 1,
  validation: evaluationSummary(0.1),
  learningRate: 0.1,
  seconds: 1,
  finishedAtMs: 1,
  isBest: true,
};
const usage = { cpuPercent: 1, memoryMegabytes: 1 };

describe('activities/training', () => {
  let folder: string;
  let datasetFolder: string;
  /** Writes to MLflow, in order. */
  let writes: string[];
  let isCurrent: boolean;
  let passMs: number;

  beforeEach(async () => {
    folder = await temporaryFolder('tt-exp-training-');
    datasetFolder = await temporaryFolder('tt-exp-dataset-');
    await writeFile(join(datasetFolder, 'encoder.json'), '{}');
    writes = [];
    isCurrent = true;
    passMs = 0;
  });

  /** An MLflow in memory whose writes are noted. */
  const trackingWith = (guard: () => Promise<void>): TrackingPort => {
    const fake = createFakeTracking({
      beforeWrite: (method, _runId, path) => {
        const put = String(path).startsWith('checkpoints/') ? 'checkpoint' : String(path);
        const names: Partial<Record<typeof method, string>> = {
          ...{ logEpoch: 'metrics', putArtifactFile: put, deleteArtifact: `delete ${path}` },
        };
        writes.push(names[method] ?? method);
      },
    });
    fake.addRun('run-1');
    return { ...fake.tracking, ...fake.tracking.guardedBy(guard) };
  };

  /** As a child does: its files lie in the folder before it reports them. */
  const withFiles =
    (train: ComputePort['train']): ComputePort['train'] =>
    (job, onMessage, signals) =>
      train(
        job,
        (message) => {
          if (message.kind === 'epoch') {
            mkdirSync(join(job.trialFolder, 'checkpoints'), { recursive: true });
            writeFileSync(join(job.trialFolder, 'checkpoints', 'latest.ckpt'), 'checkpoint');
          }
          onMessage(message);
        },
        signals,
      );

  const trainingWith = (train: ComputePort['train'], change: Partial<TrainingActivityDeps> = {}) =>
    createTrainingActivities({
      datasets: { findLocal: async () => datasetFolder } as Partial<DatasetPort> as DatasetPort,
      tracking: trackingWith(async () => undefined),
      compute: { train: withFiles(train), threads: 2 } as ComputePort,
      workspace: { trialFolder: async () => folder, modelFolder: async () => folder },
      attempts: { confirm: async () => isCurrent },
      clocks: { monotonicMs: () => passMs, wallMs: () => passMs },
      shutdownSignal: new AbortController().signal,
      trainingCodeDigest: 'c0de',
      ...change,
    }).trainTrial;

  const writeModel = async ({ trialFolder }: TrainJob): Promise<void> => {
    await mkdir(join(trialFolder, 'model'), { recursive: true });
    for (const path of ['model/manifest.json', 'config.json', 'history.json']) {
      await writeFile(join(trialFolder, path), '{}');
    }
  };

  const whenAborted = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });

  it('until it knows from its checkpoint how far it is, an attempt reports what the one before it did', async () => {
    const before = { epoch: 4, epochs: 9, step: 7, steps: 8, trainLoss: 1, last: record, best: record.validation };
    const environment = new MockActivityEnvironment({ attempt: 2, heartbeatDetails: before });
    const told: unknown[] = [];
    environment.on('heartbeat', (details) => told.push(details));
    const trainTrial = trainingWith(async (job) => {
      await writeModel(job);
      return { kind: 'trained', result: trainingResult(0.1) };
    });
    await environment.run(trainTrial, request);
    const kept = { epoch: 1, last: record, best: record.validation };
    expect(told[0]).toEqual({
      ...{ ...kept, epochs: 9, step: 0, steps: 0, trainLoss: null, resumedFromEpoch: null, pace: null },
    });
  });

  it('cancelled by the workflow, the last epoch counts and its model is uploaded', async () => {
    const environment = new MockActivityEnvironment();
    const trainTrial = trainingWith(async (job, onMessage, { signal, stopSignal }) => {
      environment.cancel('CANCELLED');
      expect(stopSignal?.aborted).toBe(true);
      expect(signal.aborted).toBe(false);
      await writeModel(job);
      onMessage({ kind: 'epoch', record, usage });
      return { kind: 'stopped', result: trainingResult(0.1) };
    });
    expect(await environment.run(trainTrial, request)).toEqual({ kind: 'stopped', result: trainingResult(0.1) });
    expect(writes).toEqual([
      'checkpoint',
      'metrics',
      'model/manifest.json',
      'encoder.json',
      'config.json',
      'history.json',
    ]);
  });

  it('epochs of an earlier attempt are logged in one go, those alone that are not there', async () => {
    const tensorflow = { backend: 'js', library: 'none' } as const;
    const history = Array.from({ length: 200 }, (_, index) => ({ ...record, epoch: index + 1, finishedAtMs: index }));
    const tracking = trackingWith(async () => undefined);
    const sent: (readonly number[])[] = [];
    const counting: TrackingPort = {
      ...tracking,
      guardedBy: () => ({
        ...tracking,
        logEpochs: (runId, records) => {
          sent.push(records.map(({ epoch }) => epoch));
          return tracking.logEpochs(runId, records);
        },
      }),
    };
    const resume = async (known: typeof history): Promise<void> => {
      const trainTrial = trainingWith(
        async (job, onMessage) => {
          await writeModel(job);
          onMessage({ kind: 'ready', tensorflow, resumedFromEpoch: known.length, history: known });
          return { kind: 'stopped', result: null };
        },
        { tracking: counting },
      );
      await new MockActivityEnvironment().run(trainTrial, request);
    };
    await resume(history.slice(0, 198));
    await resume(history.slice(0, 198));
    // Trained once more, at another time.
    await resume(history.map((one) => (one.epoch === 7 ? { ...one, finishedAtMs: 5_000 } : one)));
    expect(sent).toEqual([history.slice(0, 198).map(({ epoch }) => epoch), [7, 199, 200]]);
    expect(writes.filter((write) => write !== 'setTags')).toEqual(['logEpochs', 'logEpochs']);
  });

  it('stopped before its first epoch has ended, there is nothing to keep', async () => {
    const trainTrial = trainingWith(async () => ({ kind: 'stopped', result: null }));
    expect(await new MockActivityEnvironment().run(trainTrial, request)).toEqual({ kind: 'stopped', result: null });
    expect(writes).toEqual([]);
  });

  it.each(['WORKER_SHUTDOWN', 'NOT_FOUND'] as const)('a cancellation as %s ends it at once', async (reason) => {
    const environment = new MockActivityEnvironment();
    const trainTrial = trainingWith(async (_job, _onMessage, { signal, stopSignal }) => {
      environment.cancel(reason);
      expect(stopSignal?.aborted).toBe(false);
      throw signal.reason;
    });
    await expect(environment.run(trainTrial, request)).rejects.toMatchObject({ message: reason });
  });

  it('a worker that ends during the last epoch leaves a cancelled step', async () => {
    const environment = new MockActivityEnvironment();
    const shutdown = new AbortController();
    const { CancelledFailure } = await import('@temporalio/common');
    const train: ComputePort['train'] = async (_job, _onMessage, { signal }) => {
      environment.cancel('CANCELLED');
      shutdown.abort(new CancelledFailure('WORKER_SHUTDOWN'));
      throw signal.reason;
    };
    const trainTrial = trainingWith(train, { shutdownSignal: shutdown.signal });
    await expect(environment.run(trainTrial, request)).rejects.toMatchObject({ message: 'CANCELLED' });
  });

  it('an attempt that has been given up logs nothing any more, and its child is ended', async () => {
    const trainTrial = trainingWith(async (_job, onMessage, { signal }) => {
      onMessage({ kind: 'epoch', record, usage });
      await expect.poll(() => writes).toEqual(['checkpoint', 'metrics']);
      isCurrent = false;
      passMs += 60_000;
      onMessage({ kind: 'epoch', record: { ...record, epoch: 2 }, usage });
      await whenAborted(signal);
      throw signal.reason;
    });
    const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 10_000 });
    await expect(environment.run(trainTrial, request)).rejects.toMatchObject({ code: 'ATTEMPT_SUPERSEDED' });
    expect(writes).toEqual(['checkpoint', 'metrics']);
  });

  it('one upload of the checkpoint serves all epochs that ended during the one before it', async () => {
    const trainTrial = trainingWith(async (job, onMessage) => {
      onMessage({ kind: 'epoch', record, usage });
      await expect.poll(() => writes).toEqual(['checkpoint', 'metrics']);
      onMessage({ kind: 'epoch', record: { ...record, epoch: 2 }, usage });
      onMessage({ kind: 'epoch', record: { ...record, epoch: 3 }, usage });
      await writeModel(job);
      return { kind: 'trained', result: trainingResult(0.1) };
    });
    await new MockActivityEnvironment().run(trainTrial, request);
    const metrics = ['checkpoint', 'metrics', 'checkpoint', 'metrics', 'metrics'];
    expect(writes.slice(0, metrics.length)).toEqual(metrics);
  });

  it('a training that fails has its epochs in its run when it ends', async () => {
    const trainTrial = trainingWith(async (_job, onMessage) => {
      onMessage({ kind: 'epoch', record, usage });
      throw new TtExpError('TRAINING_DIVERGED', 'loss: got NaN');
    });
    await expect(new MockActivityEnvironment().run(trainTrial, request)).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
    });
    expect(writes).toEqual(['checkpoint', 'metrics']);
  });

  it('a worker with another training code refuses, and writes nothing', async () => {
    const trainTrial = trainingWith(async () => ({ kind: 'stopped', result: null }), { trainingCodeDigest: 'older' });
    await expect(new MockActivityEnvironment().run(trainTrial, request)).rejects.toMatchObject({
      code: 'WORKER_OUTDATED',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('a child that has loaded another training code ends before it trains', async () => {
    let isRefused = false;
    const trainTrial = trainingWith(async (_job, onMessage) => {
      onMessage({ kind: 'code', digest: 'c0de' });
      try {
        onMessage({ kind: 'code', digest: 'newer' });
      } catch (error) {
        isRefused = true;
        throw error;
      }
      return { kind: 'stopped', result: null };
    });
    await expect(new MockActivityEnvironment().run(trainTrial, request)).rejects.toMatchObject({
      code: 'WORKER_OUTDATED',
    });
    expect(isRefused).toBe(true);
  });

  it('each attempt has a folder of its own, and an earlier one ends with its checkpoint stored', async () => {
    const folders: string[] = [];
    const trainTrial = trainingWith(async (job, onMessage) => {
      folders.push(job.trialFolder);
      await writeModel(job);
      onMessage({ kind: 'epoch', record, usage });
      return { kind: 'trained', result: trainingResult(0.1) };
    });
    await new MockActivityEnvironment({ attempt: 1 }).run(trainTrial, request);
    await new MockActivityEnvironment({ attempt: 2 }).run(trainTrial, request);
    expect(new Set(folders).size).toBe(2);
    expect((await readdir(folder)).map((name) => join(folder, name))).toEqual(folders.slice(1));
  });

  it.each([
    { stored: ['c000001-s000000-a0002-00000000.ckpt'], isWithdrawn: true },
    { stored: [], isWithdrawn: false },
  ])(
    'an upload that ends once the attempt is given up, beside $stored, is withdrawn: $isWithdrawn',
    async ({ stored, isWithdrawn }) => {
      const trackingOf = (guard: () => Promise<void>): TrackingPort => ({
        ...trackingWith(guard),
        guardedBy: trackingOf,
        listArtifacts: async () => stored,
        putArtifactFile: async () => {
          await guard();
          // The worker is frozen past its time-out, and the request goes on when it wakes up.
          isCurrent = false;
          passMs += 60_000;
          writes.push('checkpoint');
        },
      });
      const trainTrial = trainingWith(
        async (_job, onMessage, { signal }) => {
          onMessage({ kind: 'epoch', record, usage });
          await whenAborted(signal);
          throw signal.reason;
        },
        { tracking: trackingOf(async () => undefined) },
      );
      const failure = new MockActivityEnvironment({ attempt: 1 }).run(trainTrial, request);
      await expect(failure).rejects.toMatchObject({ code: 'ATTEMPT_SUPERSEDED' });
      const own = expect.stringMatching(/^delete checkpoints\/b8-auto\/c000001-s000000-a0001-[0-9a-f]{8}\.ckpt$/);
      expect(writes).toEqual(isWithdrawn ? ['checkpoint', own] : ['checkpoint']);
    },
  );

  it('where the newest checkpoint is damaged, it tries again with all there are', async () => {
    const offered: number[] = [];
    const trainTrial = trainingWith(async (job) => {
      offered.push(job.checkpoints.length);
      if (offered.length === 1) {
        throw new TtExpError('CHECKPOINT_CORRUPT', 'checkpoint: damaged');
      }
      await writeModel(job);
      return { kind: 'trained', result: trainingResult(0.1) };
    });
    for (const attempt of ['c000000-s000001-a0001-00000000', 'c000000-s000001-a0002-00000000']) {
      await mkdir(join(folder, attempt, 'checkpoints'), { recursive: true });
      await writeFile(join(folder, attempt, 'checkpoints', 'latest.ckpt'), attempt);
    }
    await new MockActivityEnvironment().run(trainTrial, request);
    expect(offered).toEqual([1, 2]);
  });
});
