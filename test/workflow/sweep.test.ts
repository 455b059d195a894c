import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attemptName } from '../../activities/attempt-folder.ts';
import type { GpuActivities } from '../../activities/index.ts';
import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import type { ResolvedConfig, ResolvedSweep } from '../../contracts/resolved-config.ts';
import type { OpenTrialRequest, TrainTrialRequest } from '../../contracts/steps.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { evaluationSummary, experimentInput, resolvedConfig, trainingResult } from '../support/experiment-fixtures.ts';
import { createHeldStep } from '../support/held-step.ts';
import { createSteps, pause, startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

const EPOCHS = 9;

/** The learning rate is what a trial is worth; it shows ever more of it. */
const resultAt = ({ settings }: Pick<TrainTrialRequest, 'settings'>, epoch: number) => ({
  ...trainingResult(settings.training.learning_rate * (1 - 0.5 ** epoch)),
  bestEpoch: epoch,
  epochs: epoch,
});

/** Trains epoch by epoch, up to `limit` epochs over all trials, and stops after the running one when it is cancelled. */
const createTrainer = (limit = Number.POSITIVE_INFINITY) => {
  const done = new Map<string, number>();
  const newest = new Map<string, string>();
  const calls: [string, number][] = [];
  const state = { trained: 0, limit };
  const trainTrial: GpuActivities['trainTrial'] = async (request) => {
    calls.push([request.runId, request.epochBudget]);
    // The real step goes on from attempts whose names sort before its own.
    const name = attemptName(Context.current().info, request.call);
    const earlier = newest.get(request.runId) ?? '';
    if (name <= earlier) {
      throw ApplicationFailure.nonRetryable(
        `attempt: got ${name} after ${earlier}, expected a name that sorts after it`,
      );
    }
    newest.set(request.runId, name);
    const { cancellationSignal } = Context.current();
    let epoch = done.get(request.runId) ?? 0;
    while (epoch < request.epochBudget && !cancellationSignal.aborted) {
      while (state.trained >= state.limit && !cancellationSignal.aborted) {
        Context.current().heartbeat();
        await pause(20);
      }
      epoch += 1;
      state.trained += 1;
      done.set(request.runId, epoch);
    }
    const isStopped = epoch < request.epochBudget;
    return isStopped
      ? { kind: 'stopped', result: epoch === 0 ? null : resultAt(request, epoch) }
      : { kind: 'trained', result: resultAt(request, epoch) };
  };
  const reached = async (epochs: number, trials: number): Promise<void> => {
    while (state.trained < epochs || calls.length < trials) {
      await pause(10);
    }
  };
  return { trainTrial, calls, state, reached };
};

const sweepConfig = (sweep: Partial<ResolvedSweep>, rates: readonly number[]): ResolvedConfig => {
  const config = resolvedConfig();
  return {
    ...config,
    training: { ...config.training, num_epochs: EPOCHS },
    sweep: {
      ...(config.sweep as ResolvedSweep),
      space: { 'training.learning_rate': { choice: [...rates] } },
      ...sweep,
    },
  };
};

const ASHA: ResolvedSweep['scheduler'] = {
  ...(resolvedConfig().sweep as ResolvedSweep).scheduler,
  type: 'asha',
  min_epochs: 1,
  reduction: 3,
};

const RATES = [0.5, 0.1, 0.2, 0.6, 0.3, 0.4];

describe('workflows/sweep', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    // A history counts as long after this many events, so that a small sweep has to be continued.
    server = await startWorkflowServer(['limit.historyCount.suggestContinueAsNew=120']);
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

  const run = (config: ResolvedConfig, steps: ReturnType<typeof createSteps>['steps']): Promise<ExperimentSnapshot> =>
    server.withWorkers(steps, async (client) => (await start(client, config)).result());

  const statuses = ({ trials }: ExperimentSnapshot) => trials.map(({ status }) => status);

  it('prunes at rungs, trains no pruned trial further, and closes each run once', async () => {
    const outcomes = [];
    for (const maxParallel of [1, 4]) {
      const trainer = createTrainer();
      const { steps, recorder } = createSteps({ trainTrial: trainer.trainTrial });
      const snapshot = await run(sweepConfig({ scheduler: ASHA, max_parallel: maxParallel }, RATES), steps);
      expect(snapshot.status).toBe('completed');
      expect(snapshot.bestTrialId).toBe('trial-003');
      expect(statuses(snapshot)).toEqual(['completed', 'pruned', 'pruned', 'completed', 'pruned', 'pruned']);
      expect(trainer.state.trained).toBe(9 + 1 + 1 + 9 + 1 + 1);
      expect(snapshot.trials[1]?.reason).toMatch(/\d/);
      const closed = recorder.closedTrials.map(({ runId, trialStatus, status }) => [runId, trialStatus, status]);
      expect(closed.sort()).toEqual([
        ['run-trial-000', 'completed', 'FINISHED'],
        ['run-trial-001', 'pruned', 'FINISHED'],
        ['run-trial-002', 'pruned', 'FINISHED'],
        ['run-trial-003', 'completed', 'FINISHED'],
        ['run-trial-004', 'pruned', 'FINISHED'],
        ['run-trial-005', 'pruned', 'FINISHED'],
      ]);
      outcomes.push(snapshot.trials.map(({ params, status, reason, value }) => ({ params, status, reason, value })));
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
  });

  it('paused, running trials end their epoch and free their slots; resumed, they go on from there', async () => {
    const trainer = createTrainer(4);
    const { steps } = createSteps({ trainTrial: trainer.trainTrial });
    const snapshot = await server.withWorkers(steps, async (client) => {
      const handle = await start(client, sweepConfig({ max_parallel: 2 }, [0.5, 0.6]));
      await trainer.reached(4, 2);
      await handle.signal('pause');
      // Each ends the epoch that runs.
      await trainer.reached(6, 2);
      trainer.state.limit = Number.POSITIVE_INFINITY;
      await pause(1000);
      expect(trainer.state.trained).toBe(6);
      const paused: ExperimentSnapshot = await handle.query('snapshot');
      expect(paused.sweep).toMatchObject({ isPaused: true, trialCount: 2 });
      expect(statuses(paused)).toEqual(['running', 'running']);
      await handle.signal('resume');
      return handle.result();
    });
    expect(statuses(snapshot)).toEqual(['completed', 'completed']);
    // Nothing was trained twice.
    expect(trainer.state.trained).toBe(2 * EPOCHS);
    expect(trainer.calls.length).toBe(4);
  });

  it('one trial cancelled keeps what it has, and the others go on', async () => {
    const trainer = createTrainer(4);
    const { steps, recorder } = createSteps({ trainTrial: trainer.trainTrial });
    const snapshot = await server.withWorkers(steps, async (client) => {
      const handle = await start(client, sweepConfig({ max_parallel: 2 }, [0.5, 0.6, 0.7]));
      await trainer.reached(4, 2);
      await handle.executeUpdate('cancelTrial', { args: [{ trialId: 'trial-002' }] });
      await handle.executeUpdate('cancelTrial', { args: [{ trialId: 'trial-000' }] });
      const refused = handle.executeUpdate('cancelTrial', { args: [{ trialId: 'trial-000' }] });
      await expect(refused).rejects.toMatchObject({ cause: { message: expect.stringContaining('trial-000') } });
      trainer.state.limit = Number.POSITIVE_INFINITY;
      return handle.result();
    });
    expect(statuses(snapshot)).toEqual(['cancelled', 'completed', 'cancelled']);
    expect(snapshot.trials[0]?.result?.epochs).toBeGreaterThan(0);
    expect(snapshot.trials[2]?.result).toBeNull();
    expect(snapshot.bestTrialId).toBe('trial-001');
    const killed = recorder.closedTrials.find(({ runId }) => runId === 'run-trial-000');
    expect(killed).toMatchObject({ status: 'KILLED', trialStatus: 'cancelled' });
    expect(killed?.result?.epochs).toBe(snapshot.trials[0]?.result?.epochs);
  });

  it('failed trials alone are tried again, in a run of their own', async () => {
    const trainer = createTrainer(2);
    const opened: [string, number][] = [];
    let isBroken = true;
    const { steps } = createSteps({
      openTrial: async (request: OpenTrialRequest) => {
        opened.push([request.trialId, request.attempt]);
        return { kind: 'open', runId: `${request.trialId}-${request.attempt}`, codeDigest: '', warmStartRunId: null };
      },
      trainTrial: async (request) => {
        if (isBroken && request.settings.training.learning_rate < 0.55) {
          throw ApplicationFailure.create({ type: 'TRAINING_DIVERGED', nonRetryable: true, message: 'loss: got NaN' });
        }
        return trainer.trainTrial(request);
      },
    });
    const snapshot = await server.withWorkers(steps, async (client) => {
      const handle = await start(client, sweepConfig({ max_parallel: 1, max_failures: 5 }, [0.5, 0.6, 0.7]));
      await trainer.reached(2, 1);
      isBroken = false;
      expect(await handle.executeUpdate('retryFailed')).toEqual(['trial-000']);
      trainer.state.limit = Number.POSITIVE_INFINITY;
      return handle.result();
    });
    expect(statuses(snapshot)).toEqual(['completed', 'completed', 'completed']);
    expect(snapshot.trials.map(({ attempt, runId }) => [attempt, runId])).toEqual([
      [2, 'trial-000-2'],
      [1, 'trial-001-1'],
      [1, 'trial-002-1'],
    ]);
    expect(opened.filter(([trialId]) => trialId === 'trial-000')).toEqual([
      ['trial-000', 1],
      ['trial-000', 2],
    ]);
  });

  it('more trials run at once as soon as max_parallel is raised', async () => {
    const trainer = createTrainer(1);
    const { steps } = createSteps({ trainTrial: trainer.trainTrial });
    const snapshot = await server.withWorkers(steps, async (client) => {
      const handle = await start(client, sweepConfig({ max_parallel: 1 }, [0.5, 0.6, 0.7]));
      await trainer.reached(1, 1);
      expect(trainer.calls.length).toBe(1);
      await handle.executeUpdate('setMaxParallel', { args: [{ maxParallel: 3 }] });
      await expect(handle.executeUpdate('setMaxParallel', { args: [{ maxParallel: 0 }] })).rejects.toThrow();
      await trainer.reached(1, 3);
      const view: ExperimentSnapshot = await handle.query('snapshot');
      expect(statuses(view)).toEqual(['running', 'running', 'running']);
      trainer.state.limit = Number.POSITIVE_INFINITY;
      return handle.result();
    });
    expect(statuses(snapshot)).toEqual(['completed', 'completed', 'completed']);
  });

  it('is steered before its first trial begins, also while its dataset is being published', async () => {
    const publishing = createHeldStep();
    const { steps, recorder } = createSteps({ publishDataset: publishing.step });
    await server.withWorkers(steps, async (client) => {
      const handle = await start(client, sweepConfig({ max_parallel: 3 }, [0.5, 0.6, 0.7]));
      await publishing.reached;
      await handle.signal('pause');
      await handle.executeUpdate('setMaxParallel', { args: [{ maxParallel: 1 }] });
      const view: ExperimentSnapshot = await handle.query('snapshot');
      expect(view.sweep).toMatchObject({ isPaused: true, maxParallel: 1 });
      publishing.release();
      await handle.signal('resume');
      await handle.result();
    });
    expect(recorder.mostRunning).toBe(1);
  });

  it('when the time is up running trials end their epoch, and the best of what there is goes on', async () => {
    // Both stand still in their second epoch until they are stopped.
    const trainer = createTrainer(2);
    const { steps, recorder } = createSteps({ trainTrial: trainer.trainTrial });
    const snapshot = await run(sweepConfig({ max_parallel: 2, max_seconds: 5 }, [0.3, 0.9, 0.95]), steps);
    expect(snapshot.sweep?.halt).toBe('max_seconds');
    expect(statuses(snapshot)).toEqual(['pruned', 'pruned', 'pending']);
    expect(snapshot.trials[1]?.reason).toBe('the time budget of 5 s was used up');
    expect(snapshot.bestTrialId).toBe('trial-001');
    expect(snapshot.status).toBe('completed');
    expect(recorder.closedTrials.map(({ status, trialStatus }) => [status, trialStatus])).toEqual([
      ['FINISHED', 'pruned'],
      ['FINISHED', 'pruned'],
    ]);
  });

  it('no further trial begins once the target is reached', async () => {
    const trainer = createTrainer();
    const { steps } = createSteps({ trainTrial: trainer.trainTrial });
    const snapshot = await run(sweepConfig({ max_parallel: 1, target: 0.55 }, [0.5, 0.6, 0.7]), steps);
    expect(snapshot.sweep?.halt).toBe('target');
    expect(statuses(snapshot)).toEqual(['completed', 'completed', 'pending']);
  });

  it('takes what an equal trial has shown, and trains on from it where that is not enough', async () => {
    const trainer = createTrainer();
    const warmStarts: (string | undefined)[] = [];
    const { steps } = createSteps({
      // Both were ended at their first rung by an earlier sweep; this one lets the first go on.
      openTrial: async (request: OpenTrialRequest) => {
        const rate = request.settings.training.learning_rate;
        return request.mayReuse
          ? {
              kind: 'known',
              runId: `old-${request.trialId}`,
              result: { ...trainingResult(rate), validation: evaluationSummary(rate / 2), epochs: 1 },
              reports: [{ epoch: 1, value: rate / 2, isFinal: false }],
            }
          : { kind: 'open', runId: request.trialId, codeDigest: '', warmStartRunId: null };
      },
      trainTrial: async (request) => {
        warmStarts.push(request.warmStart?.runId);
        return trainer.trainTrial(request);
      },
    });
    const snapshot = await run(sweepConfig({ scheduler: ASHA, max_parallel: 2 }, [0.5, 0.1]), steps);
    expect(statuses(snapshot)).toEqual(['completed', 'pruned']);
    expect(snapshot.trials.map(({ runId, isReused }) => [runId, isReused])).toEqual([
      ['trial-000', false],
      ['old-trial-001', true],
    ]);
    expect(warmStarts).toEqual(['old-trial-000', 'old-trial-000']);
  });

  it('a long history is continued in a new execution, and nothing is lost or trained twice', async () => {
    const trainer = createTrainer();
    const { steps, recorder } = createSteps({ trainTrial: trainer.trainTrial });
    const rates = Array.from({ length: 30 }, (_, index) => (((index * 7) % 30) + 1) / 100);
    const { snapshot, executions } = await server.withWorkers(steps, async (client) => {
      const handle = await start(client, sweepConfig({ scheduler: ASHA, max_parallel: 4 }, rates));
      const result = await handle.result();
      let count = 0;
      for await (const _ of client.workflow.list({ query: `WorkflowId = '${handle.workflowId}'` })) {
        count += 1;
      }
      return { snapshot: result, executions: count };
    });
    expect(executions).toBeGreaterThan(1);
    expect(snapshot.trials).toHaveLength(30);
    expect(snapshot.trials.find(({ trialId }) => trialId === snapshot.bestTrialId)?.params).toEqual({
      'training.learning_rate': 0.3,
    });
    expect(new Set(statuses(snapshot))).toEqual(new Set(['completed', 'pruned']));
    const runs = recorder.closedTrials.map(({ runId }) => runId);
    expect(new Set(runs).size).toBe(30);
    expect(runs).toHaveLength(30);
    const trainedEpochs = snapshot.trials.reduce((sum, { result }) => sum + (result?.epochs ?? 0), 0);
    expect(trainer.state.trained).toBe(trainedEpochs);
    expect(snapshot.startedAtMs).toBeGreaterThan(0);
  });
});
