import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEvaluationActivities } from '../../../activities/evaluation.ts';
import type { ComputePort, DatasetPort } from '../../../activities/ports.ts';
import { createTrainingActivities } from '../../../activities/training.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { PreflightReport } from '../../../contracts/preflight.ts';
import type { TrainTrialRequest } from '../../../contracts/steps.ts';
import type { TrainJob } from '../../../contracts/trainer.ts';
import type { Workspace } from '../../../host/workspace.ts';
import { evaluationReport, evaluationSummary, trainingResult } from '../../support/experiment-fixtures.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const report: PreflightReport = {
  format: 1,
  datasetVersion: 'ds-1',
  relevanceThreshold: 0.4,
  tripwires: [],
  seconds: 1,
  isKept: false,
};

/** The tags and artifacts of run-1, and a compute part that does what the test says. */
const createDeps = (folder: string, compute: Partial<ComputePort>) => {
  const { tracking, addRun } = createFakeTracking();
  const { tags, artifacts } = addRun('run-1', {
    artifacts: new Map(['model/manifest.json', 'encoder.json'].map((path) => [path, Buffer.from('{}')])),
  });
  const textOf = (path: string): string => artifacts.get(path)?.toString('utf8') ?? '';
  const deps = {
    datasets: { findLocal: async () => folder } as Partial<DatasetPort> as DatasetPort,
    tracking,
    compute: compute as ComputePort,
    workspace: { trialFolder: async () => folder, modelFolder: async () => folder } satisfies Workspace,
    attempts: { confirm: async () => true },
    clocks: { monotonicMs: () => 0, wallMs: () => 0 },
    shutdownSignal: new AbortController().signal,
    trainingCodeDigest: 'c0de',
  };
  return { deps, tags, textOf };
};

const request: TrainTrialRequest = {
  runId: 'run-1',
  settings: { training: { batch_size: 8 } } as TrainTrialRequest['settings'],
  datasetVersion: 'ds-1',
  call: 1,
  epochBudget: 1,
  device: 'auto',
  preflight: true,
  codeDigest: 'c0de',
};

describe('activities', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await temporaryFolder('tt-exp-activities-');
    await writeFile(join(folder, 'encoder.json'), '{}');
  });

  it('activities/training: a tripwire that fires is a tag and an artifact of the run, and fails the step as it is', async () => {
    const error = new TtExpError('PREFLIGHT_FAILED', 'preflight leak-feature: got one', {
      details: { tripwire: 'leak-feature', got: 'one' },
    });
    const { deps, tags, textOf } = createDeps(folder, { train: () => Promise.reject(error) });
    const { trainTrial } = createTrainingActivities(deps);
    await expect(new MockActivityEnvironment().run(trainTrial, request)).rejects.toBe(error);
    expect(tags).toEqual({ 'tt.preflight': 'leak-feature' });
    expect(JSON.parse(textOf('preflight.json'))).toEqual({ tripwire: 'leak-feature', got: 'one' });
  });

  it('activities/training: asks for the tripwires, and logs that they held', async () => {
    const jobs: TrainJob[] = [];
    const { deps, tags, textOf } = createDeps(folder, {
      train: async (job, onMessage) => {
        jobs.push(job);
        onMessage({ kind: 'preflight', report });
        await mkdir(join(job.trialFolder, 'model'));
        for (const name of ['config.json', 'history.json']) {
          await writeFile(join(job.trialFolder, name), '{}');
        }
        return { kind: 'trained', result: trainingResult(0.4) };
      },
    });
    const { trainTrial } = createTrainingActivities(deps);
    await new MockActivityEnvironment().run(trainTrial, request);
    expect(jobs.map(({ preflight }) => preflight)).toEqual([true]);
    expect(tags).toEqual({ 'tt.preflight': 'passed' });
    expect(JSON.parse(textOf('preflight.json'))).toEqual(report);
  });

  it.each([
    [0.3, 'false'],
    [0.2, 'true'],
    [0.1, 'true'],
  ])(
    'activities/evaluation: a model of %d beside a popularity of 0.2 is tagged below_popularity %s',
    async (ndcg, tag) => {
      const { deps, tags } = createDeps(folder, {
        evaluate: async ({ usersFile }) => {
          await writeFile(usersFile, '[]');
          return {
            model: evaluationSummary(ndcg),
            baselines: { popularity: evaluationSummary(0.2) },
            report: evaluationReport(),
            champion: null,
            championProblem: null,
            ci: null,
            pairedTest: null,
            dcg: null,
            guards: [],
            ancestor: null,
          };
        },
      });
      const { evaluateBest } = createEvaluationActivities(deps);
      await new MockActivityEnvironment().run(evaluateBest, {
        runId: 'run-1',
        datasetVersion: 'ds-1',
        modelName: 'm',
        relevanceThreshold: 0.4,
        seed: 1,
        confidence: 0.95,
        timestampMs: 1,
      });
      expect(tags).toMatchObject({ 'tt.below_popularity': tag });
    },
  );
});
