import { randomUUID } from 'node:crypto';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuActivities, GpuActivities } from '../../activities/index.ts';
import { readOutcome } from '../../client/outcome.ts';
import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { experimentInput, resolvedConfig, trainingResult } from '../support/experiment-fixtures.ts';
import { createHeldStep } from '../support/held-step.ts';
import { createSteps, pause, startWorkflowServer, trained, type WorkflowServer } from '../support/workflow-server.ts';

describe('workflows/experiment', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  const withWorkers = <Result>(
    steps: CpuActivities & GpuActivities,
    use: (client: Client) => Promise<Result>,
  ): Promise<Result> => server.withWorkers(steps, use);

  const start = (client: Client, config: ResolvedConfig) =>
    client.workflow.start<typeof experiment>('experiment', {
      taskQueue: 'tt-cpu',
      workflowId: `tt-exp/fixture/${randomUUID()}`,
      args: [experimentInput(config)],
    });

  it('trains every trial, at most max_parallel at once, and promotes the best', async () => {
    const { steps, recorder } = createSteps();
    const snapshot = await withWorkers(steps, async (client) => (await start(client, resolvedConfig())).result());
    expect(snapshot.status).toBe('completed');
    expect(snapshot.trials.map(({ trialId, status }) => [trialId, status])).toEqual([
      ['trial-000', 'completed'],
      ['trial-001', 'completed'],
      ['trial-002', 'completed'],
      ['trial-003', 'completed'],
    ]);
    expect(recorder.mostRunning).toBe(2);
    expect(snapshot.bestTrialId).toBe('trial-003');
    expect(snapshot.gate.decision).toBe('promoted');
    expect(snapshot.model).toEqual({ name: 'fixture-model', version: '1', aliases: ['champion'] });
    expect(recorder.closedTrials.map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED', 'FINISHED']);
    expect(recorder.closedExperiments.map(({ status }) => status)).toEqual(['FINISHED']);
  });

  it('goes on after a failed trial and closes its run as FAILED', async () => {
    const { steps, recorder } = createSteps({
      trainTrial: async ({ settings }) => {
        if (settings.training.learning_rate === 0.2) {
          throw ApplicationFailure.create({
            type: 'TRAINING_DIVERGED',
            nonRetryable: true,
            message: 'loss: got NaN in epoch 1, expected a finite number',
            details: [{ hint: 'Lower the learning rate.', details: {} }],
          });
        }
        return trained(settings.training.learning_rate);
      },
    });
    const snapshot = await withWorkers(steps, async (client) => (await start(client, resolvedConfig())).result());
    expect(snapshot.status).toBe('completed');
    expect(snapshot.trials.map(({ status }) => status)).toEqual(['completed', 'failed', 'completed', 'completed']);
    expect(snapshot.trials[1]?.error).toMatchObject({ code: 'TRAINING_DIVERGED', hint: 'Lower the learning rate.' });
    expect(recorder.closedTrials.find(({ runId }) => runId === 'run-trial-001')?.status).toBe('FAILED');
  });

  it('fails with the first cause once max_failures trials failed, starting no further trial', async () => {
    let started = 0;
    const { steps, recorder } = createSteps({
      trainTrial: async () => {
        started += 1;
        throw ApplicationFailure.create({ type: 'TRAINING_DIVERGED', nonRetryable: true, message: 'loss: got NaN' });
      },
    });
    const config = resolvedConfig();
    const sweep = config.sweep === null ? null : { ...config.sweep, max_parallel: 1, max_failures: 2 };
    const error = await withWorkers(steps, async (client) => {
      const handle = await start(client, resolvedConfig({ sweep }));
      return handle.result().catch((failure: unknown) => failure);
    });
    expect(error).toBeInstanceOf(WorkflowFailedError);
    const cause = (error as WorkflowFailedError).cause as ApplicationFailure;
    expect(cause.type).toBe('ALL_TRIALS_FAILED');
    expect(cause.message).toContain('TRAINING_DIVERGED: loss: got NaN');
    expect(started).toBe(2);
    expect(recorder.closedExperiments.map(({ status }) => status)).toEqual(['FAILED']);
    const snapshot = cause.details?.[1] as ExperimentSnapshot;
    expect(snapshot.trials.map(({ status }) => status)).toEqual(['failed', 'failed', 'pending', 'pending']);
  });

  it('a tripwire ends the sweep with its own cause, whatever max_failures allows', async () => {
    const preflight: boolean[] = [];
    const { steps, recorder } = createSteps({
      trainTrial: async (request) => {
        preflight.push(request.preflight);
        if (request.settings.training.learning_rate === 0.1) {
          return trained(0.1);
        }
        throw ApplicationFailure.create({
          type: 'PREFLIGHT_FAILED',
          nonRetryable: true,
          message: 'preflight held-out-pairs: got 3 pairs',
          details: [{ hint: 'Look for ids.', details: { tripwire: 'held-out-pairs' } }],
        });
      },
    });
    const config = resolvedConfig();
    const sweep = config.sweep === null ? null : { ...config.sweep, max_parallel: 1, max_failures: 3 };
    const error = await withWorkers(steps, async (client) => {
      const handle = await start(client, resolvedConfig({ sweep }));
      return handle.result().catch((failure: unknown) => failure);
    });
    const cause = (error as WorkflowFailedError).cause as ApplicationFailure;
    expect(cause.type).toBe('PREFLIGHT_FAILED');
    expect(cause.message).toBe('preflight held-out-pairs: got 3 pairs');
    expect(cause.details?.[0]).toEqual({ hint: 'Look for ids.', details: { tripwire: 'held-out-pairs' } });
    const snapshot = cause.details?.[1] as ExperimentSnapshot;
    expect(snapshot.trials.map(({ status }) => status)).toEqual(['completed', 'failed', 'pending', 'pending']);
    expect(preflight).toEqual([true, true]);
    expect(recorder.closedTrials[1]?.tags).toMatchObject({ 'tt.error_code': 'PREFLIGHT_FAILED' });
  });

  it('workflows/trial: out of memory retries with half the batch, then on the CPU, and tags the run', async () => {
    const tried: [number, string][] = [];
    const { steps, recorder } = createSteps({
      trainTrial: async ({ settings, device }) => {
        tried.push([settings.training.batch_size, device]);
        if (device !== 'cpu') {
          throw ApplicationFailure.create({ type: 'OUT_OF_MEMORY', nonRetryable: true, message: 'CUDA out of memory' });
        }
        return trained(0.3);
      },
    });
    const snapshot = await withWorkers(steps, async (client) =>
      (await start(client, resolvedConfig({ sweep: null }))).result(),
    );
    expect(tried).toEqual([
      [64, 'auto'],
      [32, 'auto'],
      [32, 'cpu'],
    ]);
    expect(snapshot.trials.map(({ status }) => status)).toEqual(['completed']);
    expect(recorder.closedTrials[0]?.tags).toEqual({
      'tt.out_of_memory': 'batch_size halved to 32, trained on the CPU',
    });
  });

  it('workflows/trial: re-uses a finished trial without training it', async () => {
    const { steps, recorder } = createSteps({
      openTrial: async ({ trialId }) => ({
        kind: 'known',
        runId: `old-${trialId}`,
        result: trainingResult(0.3),
        reports: [{ epoch: 2, value: 0.3, isFinal: true }],
      }),
    });
    const snapshot = await withWorkers(steps, async (client) => (await start(client, resolvedConfig())).result());
    expect(new Set(snapshot.trials.map(({ status }) => status))).toEqual(new Set(['cached']));
    expect(recorder.trained).toEqual([]);
    expect(recorder.closedTrials).toEqual([]);
  });

  it('on cancellation stops the running trials and closes every run as KILLED', async () => {
    const { Context } = await import('@temporalio/activity');
    const { steps, recorder } = createSteps({
      trainTrial: async (request) => {
        recorder.trained.push(request);
        const beat = setInterval(() => Context.current().heartbeat(), 50);
        try {
          return (await Context.current().cancelled) as never;
        } finally {
          clearInterval(beat);
        }
      },
    });
    const { error, snapshot } = await withWorkers(steps, async (client) => {
      const handle = await start(client, resolvedConfig());
      while (recorder.trained.length < 2) {
        await pause(20);
      }
      await handle.cancel();
      const failure = await handle.result().catch((reason: unknown) => reason);
      return { error: failure, snapshot: await readOutcome(client, handle.workflowId) };
    });
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect(snapshot.status).toBe('cancelled');
    expect(snapshot.trials.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'pending', 'pending']);
    expect(recorder.closedTrials.map(({ status }) => status)).toEqual(['KILLED', 'KILLED']);
    expect(recorder.closedExperiments.map(({ status }) => status)).toEqual(['KILLED']);
  });

  it.each(['completed', 'failed'] as const)(
    'has not ended as long as its run in MLflow is being closed: %s',
    async (ending) => {
      const closing = createHeldStep();
      const { steps } = createSteps({
        trainTrial: async () => {
          if (ending === 'failed') {
            throw ApplicationFailure.create({
              type: 'TRAINING_DIVERGED',
              nonRetryable: true,
              message: 'loss: got NaN',
            });
          }
          return trained(0.1);
        },
        closeExperiment: closing.step,
      });
      await withWorkers(steps, async (client) => {
        const handle = await start(client, resolvedConfig({ sweep: null }));
        await closing.reached;
        const during = await handle.query<ExperimentSnapshot, []>('snapshot');
        closing.release();
        await handle.result().catch((failure: unknown) => failure);
        const after = await handle.query<ExperimentSnapshot, []>('snapshot');
        expect(during.status).toBe('running');
        expect(after.status).toBe(ending);
      });
    },
  );
});
