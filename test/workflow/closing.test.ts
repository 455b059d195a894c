import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuActivities, GpuActivities } from '../../activities/index.ts';
import { readOutcome } from '../../client/outcome.ts';
import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { experimentInput, resolvedConfig, SCHEDULER_SETTINGS, sweepSettings } from '../support/experiment-fixtures.ts';
import { createSteps, pause, startWorkflowServer, trained, type WorkflowServer } from '../support/workflow-server.ts';

const deleted = (what: string): ApplicationFailure =>
  ApplicationFailure.create({ type: 'UPSTREAM_REJECTED', nonRetryable: true, message: `${what} was deleted` });

describe('workflows/closing', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  const start = (client: Client, config: ResolvedConfig) =>
    client.workflow.start<typeof experiment>('experiment', {
      taskQueue: 'tt-cpu',
      workflowId: `tt-exp/fixture/${randomUUID()}`,
      args: [experimentInput(config)],
    });

  /** What a reader sees of the experiment once it has ended. */
  const outcomeOf = (
    steps: CpuActivities & GpuActivities,
    config: ResolvedConfig = resolvedConfig(),
  ): Promise<ExperimentSnapshot> =>
    server.withWorkers(steps, async (client) => {
      const handle = await start(client, config);
      await handle.result().catch(() => undefined);
      return readOutcome(client, handle.workflowId);
    });

  it('a promoted experiment whose parent run was deleted is completed, and tells what is missing', async () => {
    const { steps, recorder } = createSteps({
      recordVerdict: async () => Promise.reject(deleted('run parent')),
      publishSweep: async () => Promise.reject(deleted('run parent')),
      closeExperiment: async () => Promise.reject(deleted('run parent')),
    });
    const snapshot = await outcomeOf(steps);
    expect(snapshot).toMatchObject({
      status: 'completed',
      error: null,
      gate: { decision: 'promoted' },
      model: { aliases: ['champion'] },
      problems: [
        "The gate's verdict is not in MLflow: run parent was deleted",
        "The experiment's record in MLflow run parent is incomplete: run parent was deleted",
        "The experiment's MLflow run parent is not closed: run parent was deleted",
      ],
    });
    expect(recorder.closedTrials).toHaveLength(4);
  });

  it('the cause of a failure survives a close that fails, and facts that fail do not keep the run open', async () => {
    const cause = `connection refused: ${'x'.repeat(10_000)}`;
    const { steps, recorder } = createSteps({
      extractData: async () => {
        throw ApplicationFailure.create({ type: 'SOURCE_NOT_FOUND', nonRetryable: true, message: cause });
      },
      publishSweep: async () => Promise.reject(deleted('artifact store')),
    });
    const snapshot = await outcomeOf(steps);
    expect(snapshot).toMatchObject({ status: 'failed', error: { code: 'SOURCE_NOT_FOUND', message: cause } });
    expect(snapshot.problems).toEqual([
      "The experiment's record in MLflow run parent is incomplete: artifact store was deleted",
    ]);
    expect(recorder.closedExperiments).toMatchObject([{ status: 'FAILED', tags: { 'tt.error': cause } }]);
  });

  it('a trial fails with its own cause where its run cannot be closed either', async () => {
    const { steps } = createSteps({
      trainTrial: async ({ settings: { training } }) => {
        if (training.learning_rate === 0.2) {
          throw ApplicationFailure.create({ type: 'TRAINING_DIVERGED', nonRetryable: true, message: 'loss: got NaN' });
        }
        return trained(training.learning_rate);
      },
      closeTrial: async ({ runId }) =>
        runId === 'run-trial-001' ? Promise.reject(deleted(`run ${runId}`)) : { logged: null },
    });
    const snapshot = await outcomeOf(steps);
    expect(snapshot.status).toBe('completed');
    expect(snapshot.trials[1]).toMatchObject({
      status: 'failed',
      runId: 'run-trial-001',
      error: { code: 'TRAINING_DIVERGED', message: 'loss: got NaN' },
    });
    expect(snapshot.problems).toEqual([
      'The MLflow run run-trial-001 of trial-001 is not closed: run run-trial-001 was deleted',
    ]);
  });

  it('a failed trial keeps what its run says of it, and a better one than all others is not chosen', async () => {
    const logged = { epochs: 3, bestEpoch: 2, validation: { ndcg_at_10: 0.99 } };
    const { steps } = createSteps({
      trainTrial: async ({ settings: { training } }) => {
        if (training.learning_rate === 0.2) {
          throw ApplicationFailure.create({ type: 'TRAINING_DIVERGED', nonRetryable: true, message: 'loss: got NaN' });
        }
        return trained(training.learning_rate);
      },
      closeTrial: async ({ trialStatus }) => ({ logged: trialStatus === 'failed' ? logged : null }),
    });
    const { trials, bestTrialId } = await outcomeOf(steps);
    expect(trials[1]).toMatchObject({ status: 'failed', result: null, value: null, logged });
    expect(bestTrialId).toBe('trial-003');
  });

  it('a pruned trial whose run cannot be closed does not fail the sweep', async () => {
    const { steps } = createSteps({
      closeTrial: async ({ runId, trialStatus }) =>
        trialStatus === 'pruned' ? Promise.reject(deleted(`run ${runId}`)) : { logged: null },
    });
    const sweep = sweepSettings({
      max_parallel: 1,
      space: { 'training.learning_rate': { choice: [0.4, 0.1] } },
      scheduler: { ...SCHEDULER_SETTINGS, type: 'asha', reduction: 2 },
    });
    const snapshot = await outcomeOf(steps, resolvedConfig({ sweep }));
    expect(snapshot.trials.map(({ status }) => status)).toEqual(['completed', 'pruned']);
    expect(snapshot.status).toBe('completed');
    expect(snapshot.problems).toEqual([
      'The MLflow run run-trial-001 of trial-001 is not closed: run run-trial-001 was deleted',
    ]);
  });

  it('of a terminated experiment the state that it had is read, with the reason', async () => {
    const { steps, recorder } = createSteps({
      trainTrial: async (request) => {
        recorder.trained.push(request);
        await pause(5_000);
        return trained(0.1);
      },
    });
    const snapshot = await server.withWorkers(steps, async (client) => {
      const handle = await start(client, resolvedConfig());
      while (recorder.trained.length < 2) {
        await pause(20);
      }
      await handle.terminate('the machine is needed');
      return readOutcome(client, handle.workflowId);
    });
    expect(snapshot).toMatchObject({ status: 'failed', phase: 'train', error: { code: 'INTERRUPTED' } });
    expect(snapshot.error?.message).toContain('terminated in Temporal (the machine is needed)');
    expect(snapshot.trials.map(({ status }) => status)).toEqual(['running', 'running', 'pending', 'pending']);
  });
});
