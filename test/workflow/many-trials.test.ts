import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATA_CONVERTER } from '../../client/payload-codec.ts';
import type { ExperimentInput, ExperimentSnapshot } from '../../contracts/experiment.ts';
import { GATE_NOT_RUN } from '../../contracts/gate.ts';
import type { ConductorState } from '../../workflows/conductor-plan.ts';
import type { experiment } from '../../workflows/experiment.ts';
import {
  datasetSummary,
  experimentInput,
  resolvedConfig,
  sweepSettings,
  trainingResult,
} from '../support/experiment-fixtures.ts';
import { createNoOpSteps } from '../support/no-op-steps.ts';
import { temporalExecutable } from '../support/provisioned.ts';

const TRIALS = 3000;

/** The server takes no larger message. */
const LARGEST_MESSAGE_BYTES = 2 * 2 ** 20;

/** With as many digits as real ones have. */
const valueOfTrial = (index: number): number => 0.1 + index / 29_989;

const WORKFLOW_ID = 'tt-exp/fixture/many';

const conductor = (): ConductorState => ({
  sweep: {
    trials: Array.from({ length: TRIALS }, (_, index) => ({
      ...{ index, params: { 'training.learning_rate': 0.1 + index / 1e6 }, state: 'completed' as const },
      ...{ reports: [{ epoch: 2, value: valueOfTrial(index), sequence: index }], decisions: [], known: [] },
    })),
    ...{ reports: TRIALS, isExhausted: false, isClosed: false },
  },
  entries: Array.from({ length: TRIALS }, (_, index) => ({
    ...{
      runId: String(index).padStart(32, '0'),
      result: { ...trainingResult(valueOfTrial(index)), modelDigest: String(index).padStart(64, '0') },
      error: null,
      reason: null,
    },
    ...{ isReused: false, attempt: 1, openRun: null },
  })),
  ...{ isPaused: false, maxParallel: 2, halt: null, failures: 0, deadlineMs: null },
});

const snapshot: ExperimentSnapshot = {
  ...{ experimentId: 'fixture-0123456789', workflowId: WORKFLOW_ID, name: 'fixture', status: 'running' },
  ...{
    objective: { metric: 'ndcg_at_10', direction: 'maximise' },
    phase: 'train',
    timings: {},
    startedAtMs: 1,
    source: null,
    dataWarnings: [],
    leftOut: null,
    dataset: datasetSummary,
    trials: [],
    sweep: null,
  },
  ...{ bestTrialId: null, parentRunId: 'parent', mlflowExperimentId: '1', test: null, model: null },
  ...{ gate: GATE_NOT_RUN, tensorflow: null, error: null },
};

const input = (): ExperimentInput => ({
  ...experimentInput(
    resolvedConfig({
      sweep: sweepSettings({
        sampler: 'random',
        max_trials: TRIALS,
        space: { 'training.learning_rate': { float: { low: 0.1, high: 0.2 } } },
      }),
    }),
  ),
  progress: { snapshot, sweep: conductor(), phaseStartedAtMs: 1 },
});

describe('workflows/many-trials', () => {
  let environment: TestWorkflowEnvironment;

  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    environment = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path: await temporalExecutable() },
        extraArgs: ['--search-attribute', 'TtExperimentId=Keyword'],
      },
      client: { dataConverter: DATA_CONVERTER },
    });
  });

  afterAll(async () => {
    await environment?.teardown();
  });

  it(`workflows/experiment: goes on from the state of ${TRIALS} trials, shows all of them and returns them`, {
    timeout: 600_000,
  }, async () => {
    const start = input();
    expect(JSON.stringify(start).length).toBeGreaterThan(LARGEST_MESSAGE_BYTES);
    const common = {
      ...{ connection: environment.nativeConnection, activities: createNoOpSteps(), dataConverter: DATA_CONVERTER },
    };
    const workflowBundle = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    });
    const cpu = await Worker.create({ ...common, taskQueue: 'tt-cpu', workflowBundle });
    const { queried, result } = await cpu.runUntil(async () => {
      const handle = await environment.client.workflow.start<typeof experiment>('experiment', {
        ...{ taskQueue: 'tt-cpu', workflowId: WORKFLOW_ID, args: [start] },
      });
      const outcome = await handle.result();
      return { result: outcome, queried: await handle.query<ExperimentSnapshot, []>('snapshot') };
    });
    expect(result.status).toBe('completed');
    expect(result.trials).toHaveLength(TRIALS);
    expect(result.bestTrialId).toBe(`trial-${TRIALS - 1}`);
    expect(queried.trials).toEqual(result.trials);
  });
});
