/** The workflows on a real Temporal server, with steps in memory. */
import type { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { CpuActivities, GpuActivities } from '../../activities/index.ts';
import type {
  CloseExperimentRequest,
  CloseTrialRequest,
  OpenTrialRequest,
  TrainTrialRequest,
} from '../../contracts/steps.ts';
import { blessed } from './blessed.ts';
import { datasetSummary, evaluationSummary, trainingResult } from './experiment-fixtures.ts';
import { temporalExecutable } from './provisioned.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface Recorder {
  readonly closedTrials: CloseTrialRequest[];
  readonly closedExperiments: CloseExperimentRequest[];
  readonly trained: TrainTrialRequest[];
  running: number;
  mostRunning: number;
}

export const trained = (ndcg: number) => ({ kind: 'trained' as const, result: trainingResult(ndcg) });

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Steps in memory: a trial's NDCG is its learning rate, so the best trial is known. */
export const createSteps = (change: Partial<CpuActivities & GpuActivities> = {}) => {
  const recorder: Recorder = { closedTrials: [], closedExperiments: [], trained: [], running: 0, mostRunning: 0 };
  const steps: CpuActivities & GpuActivities = {
    openExperiment: async () => ({ mlflowExperimentId: '1', parentRunId: 'parent' }),
    closeExperiment: async (request) => {
      recorder.closedExperiments.push(request);
    },
    extractData: async () => ({ id: 'extract', rows: 1, identity: null, bad: { count: 0, problems: [] } }),
    labelData: async () => ({ warnings: [], id: 'label', rows: 1 }),
    splitData: async () => ({ leftOut: { rows: 0, reasons: [] }, id: 'split', rows: 1 }),
    embedData: async () => ({ encoder: null, computed: 0, cached: 0 }),
    encodeData: async () => datasetSummary,
    publishDataset: async () => undefined,
    publishSweep: async () => undefined,
    notify: async () => ({ kind: 'delivered', attempts: 1 }),
    openTrial: async (request: OpenTrialRequest) => ({
      kind: 'open',
      runId: `run-${request.trialId}`,
      codeDigest: 'code',
      warmStartRunId: null,
    }),
    closeTrial: async (request) => {
      recorder.closedTrials.push(request);
      return { logged: null };
    },
    trainTrial: async (request) => {
      recorder.running += 1;
      recorder.mostRunning = Math.max(recorder.mostRunning, recorder.running);
      recorder.trained.push(request);
      await pause(50);
      recorder.running -= 1;
      return trained(request.settings.training.learning_rate);
    },
    evaluateBest: async () => ({
      test: { model: evaluationSummary(0.4), baselines: {} },
      champion: null,
      ci: null,
      comparedWith: null,
      championProblem: null,
    }),
    blessCandidate: async ({ evaluatedNdcg }) => blessed({ evaluated_ndcg_at_10: evaluatedNdcg }),
    registerModel: async (request) => ({ name: request.modelName, version: '1', aliases: [] }),
    recordVerdict: async () => undefined,
    defineOnline: async (experiment) => experiment,
    measureOnline: async () => {
      throw new Error('nothing is measured in memory');
    },
    closeOnline: async () => undefined,
    takeLook: async () => ({ comparedWith: null, look: null }),
    readAdopted: async () => ({ kind: 'none', reason: 'nothing is recorded in memory' }),
    noteByHand: async () => undefined,
    readChampionSettings: async () => ({ kind: 'none', reason: 'nothing is recorded in memory' }),
    changeRegistry: async ({ request }) => ({
      answer: {
        ...{ kind: 'done', entry: null },
        aliases: {
          champion: request.kind === 'promote' ? request.candidate : null,
          challenger: request.kind === 'challenge' ? request.candidate : null,
          previous: null,
        },
      },
      known: null,
    }),
    ...change,
  };
  return { steps, recorder };
};

export interface WorkflowServer {
  readonly address: string;
  withWorkers<Result>(steps: CpuActivities & GpuActivities, use: (client: Client) => Promise<Result>): Promise<Result>;
  stop(): Promise<void>;
}

/** @param settings dynamic configuration of the server, `key=value` */
export const startWorkflowServer = async (settings: readonly string[] = []): Promise<WorkflowServer> => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: await temporalExecutable() },
      extraArgs: [
        '--search-attribute',
        'TtExperimentId=Keyword',
        ...settings.flatMap((setting) => ['--dynamic-config-value', setting]),
      ],
    },
  });
  const bundle = await workflowBundle();
  return {
    address: environment.address,
    withWorkers: async (steps, use) => {
      const common = {
        connection: environment.nativeConnection,
        activities: steps,
        shutdownGraceTime: '1s',
        maxHeartbeatThrottleInterval: '100ms',
      };
      const cpu = await Worker.create({ ...common, taskQueue: 'tt-cpu', workflowBundle: bundle });
      const gpu = await Worker.create({ ...common, taskQueue: 'tt-gpu' });
      return cpu.runUntil(gpu.runUntil(use(environment.client)));
    },
    stop: () => environment.teardown(),
  };
};
