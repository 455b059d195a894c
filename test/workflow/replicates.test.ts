import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type {
  CloseTrialRequest,
  EvaluateBestRequest,
  EvaluateBestResult,
  OpenTrialRequest,
  TrainTrialRequest,
  TrainTrialResult,
} from '../../contracts/steps.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { experimentInput, resolvedConfig, sweepSettings } from '../support/experiment-fixtures.ts';
import { createSteps, pause, startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

const config = resolvedConfig();
const withReplicates = { ...config, gate: { ...config.gate, replicates: 3 } };

const DIVERGED = 'TRAINING_DIVERGED: loss: got NaN in epoch 1';

/** Of trial and one replicate. */
const beatsChampion: Partial<EvaluateBestResult> = {
  champion: { version: '8', run_id: 'run-8', ndcg_at_10: 0.3, users: 300 },
  ci: { mean: 0.1, low: 0.05, high: 0.15, confidence: 0.95 },
  comparedWith: '8',
  seedNoise: { replicates: 2, sd: 0.01 },
};

const WAITING = { timeout: 30_000 };

const isReplicate = ({ runId }: Pick<TrainTrialRequest, 'runId'>): boolean => runId.includes('replicate');

/** Trainings that last until they are told to stop. */
const trainsUntilStopped = () => {
  let begun = (): void => undefined;
  const isTraining = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const trainTrial = async (): Promise<TrainTrialResult> => {
    begun();
    const beat = setInterval(() => Context.current().heartbeat(), 50);
    try {
      return await Context.current().cancelled;
    } finally {
      clearInterval(beat);
    }
  };
  return { isTraining, trainTrial };
};

const start = (client: Client, of: ResolvedConfig): Promise<WorkflowHandle<typeof experiment>> =>
  client.workflow.start<typeof experiment>('experiment', {
    taskQueue: 'tt-cpu',
    workflowId: `tt-exp/fixture/${randomUUID()}`,
    args: [experimentInput(of)],
  });

describe('workflows/replicates', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  const run = async (failing: ReadonlySet<string>, compared: Partial<EvaluateBestResult> = {}) => {
    const opened: OpenTrialRequest[] = [];
    const evaluated: EvaluateBestRequest[] = [];
    const { steps } = createSteps();
    const watched: typeof steps = {
      ...steps,
      openTrial: async (request) => {
        opened.push(request);
        return steps.openTrial(request);
      },
      trainTrial: async (request) => {
        if (failing.has(request.runId)) {
          throw ApplicationFailure.create({
            ...{ type: 'TRAINING_DIVERGED', nonRetryable: true, message: 'loss: got NaN in epoch 1' },
            details: [{ hint: 'Lower the learning rate.', details: {} }],
          });
        }
        return steps.trainTrial(request);
      },
      evaluateBest: async (request) => {
        evaluated.push(request);
        return { ...(await steps.evaluateBest(request)), ...compared };
      },
      takeLook: async () => ({ comparedWith: compared.comparedWith ?? null, look: null }),
    };
    const snapshot = await server.withWorkers(watched, async (client) => {
      return (await start(client, withReplicates)).result();
    });
    return { snapshot, evaluated, replicates: opened.filter(({ replicateOf }) => replicateOf !== undefined), opened };
  };

  it("the best trial's settings are trained with other seeds, and judged with it", async () => {
    const { snapshot, evaluated, replicates, opened } = await run(new Set());
    expect(snapshot.bestTrialId).toBe('trial-003');
    expect(replicates.map(({ trialId, replicateOf }) => [trialId, replicateOf]).sort()).toEqual([
      ['trial-003-replicate-2', 'trial-003'],
      ['trial-003-replicate-3', 'trial-003'],
    ]);
    const best = opened.find(({ trialId }) => trialId === 'trial-003');
    const seeds = [best, ...replicates].map((request) => request?.settings.seed);
    expect(new Set(seeds).size).toBe(3);
    for (const { settings, params } of replicates) {
      expect({ ...settings, seed: best?.settings.seed }).toEqual(best?.settings);
      expect(params).toEqual(best?.params);
    }
    expect(evaluated).toMatchObject([
      {
        runId: 'run-trial-003',
        replicateRunIds: ['run-trial-003-replicate-2', 'run-trial-003-replicate-3'],
      },
    ]);
    // They are no trials: nothing is chosen among them.
    expect(snapshot.trials).toHaveLength(4);
    expect(snapshot.model?.version).toBe('1');
  });

  it('one that fails is left out with its error, and the verdict says what the interval rests on', async () => {
    const { snapshot, evaluated } = await run(new Set(['run-trial-003-replicate-2']), beatsChampion);
    expect(evaluated[0]?.replicateRunIds).toEqual(['run-trial-003-replicate-3']);
    expect(snapshot.replicates?.trials).toMatchObject([
      { trialId: 'trial-003-replicate-2', status: 'failed', error: { code: 'TRAINING_DIVERGED' } },
      { trialId: 'trial-003-replicate-3', status: 'completed' },
    ]);
    const { gate, problems } = snapshot;
    expect([gate.decision, gate.left_out_replicates, problems]).toEqual([
      'promoted',
      [{ trial_id: 'trial-003-replicate-2', reason: DIVERGED }],
      undefined,
    ]);
    expect(gate.reasons.slice(1, 3)).toEqual([
      `Left out: trial-003-replicate-2 (${DIVERGED}).`,
      'The interval rests on 2 of 3 trainings: it holds for seeds that train to the end.',
    ]);
  });

  it('with all of them failed, only a person may promote', async () => {
    const all = ['run-trial-003-replicate-2', 'run-trial-003-replicate-3'];
    const { snapshot } = await run(new Set(all), { ...beatsChampion, seedNoise: null });
    expect(snapshot.gate.decision).toBe('awaiting_approval');
    expect(snapshot.gate.reasons.slice(1)).toEqual([
      `Left out: trial-003-replicate-2 (${DIVERGED}).`,
      `Left out: trial-003-replicate-3 (${DIVERGED}).`,
      'No training with another seed was to be had, which gate.replicates asks for: only a person may promote.',
      expect.stringContaining('Seed noise is not in the interval'),
      'Blessed: a server answers 80 test users as evaluated.',
      expect.stringMatching(/^Awaits approval: the gain of 0.100 over version 8/),
    ]);
  });

  it('a pause stops the one that trains and holds the others back; resumed, it goes on with the same run', async () => {
    const trained: TrainTrialRequest[] = [];
    const stopping = trainsUntilStopped();
    const one = { ...withReplicates, sweep: sweepSettings({ max_parallel: 1 }) };
    const { steps } = createSteps();
    const watched: typeof steps = {
      ...steps,
      trainTrial: async (request) => {
        trained.push(request);
        const isFirst = trained.filter(isReplicate).length === 1;
        return isFirst && isReplicate(request) ? stopping.trainTrial() : steps.trainTrial(request);
      },
    };
    await server.withWorkers(watched, async (client) => {
      const handle = await start(client, one);
      await stopping.isTraining;
      await handle.signal('pause');
      await expect
        .poll(async () => (await handle.query<ExperimentSnapshot, []>('snapshot')).replicates?.trials, WAITING)
        .toMatchObject([{ status: 'running', isInFlight: false }, { status: 'pending' }]);
      expect((await handle.query<ExperimentSnapshot, []>('snapshot')).sweep?.isPaused).toBe(true);
      await handle.signal('resume');
      const { replicates } = await handle.result();
      expect(replicates?.trials.map(({ status }) => status)).toEqual(['completed', 'completed']);
    });
    expect(trained.filter(isReplicate).map(({ runId, call }) => [runId, call])).toEqual([
      ['run-trial-003-replicate-2', 1],
      ['run-trial-003-replicate-2', 2],
      ['run-trial-003-replicate-3', 1],
    ]);
  });

  it('as many train at once as was asked for last, before the sweep ended or since; one can be cancelled', async () => {
    let running = 0;
    const most = { replicates: 0 };
    const stopping = trainsUntilStopped();
    const { steps } = createSteps();
    const five = { ...config, gate: { ...config.gate, replicates: 5 } };
    const watched: typeof steps = {
      ...steps,
      trainTrial: async (request) => {
        if (!isReplicate(request)) {
          return steps.trainTrial(request);
        }
        running += 1;
        most.replicates = Math.max(most.replicates, running);
        try {
          return await stopping.trainTrial();
        } finally {
          running -= 1;
        }
      },
    };
    await server.withWorkers(watched, async (client) => {
      const handle = await start(client, five);
      // Before that there is nothing to be steered, and the request is refused.
      await expect.poll(async () => (await handle.query<ExperimentSnapshot>('snapshot')).sweep, WAITING).not.toBeNull();
      await handle.executeUpdate('setMaxParallel', { args: [{ maxParallel: 1 }] });
      await stopping.isTraining;
      await pause(300);
      expect(most.replicates).toBe(1);
      await handle.executeUpdate('setMaxParallel', { args: [{ maxParallel: 4 }] });
      await expect.poll(() => most.replicates, WAITING).toBe(4);
      for (const replicate of [2, 3, 4, 5]) {
        const trialId = `trial-003-replicate-${replicate}`;
        await handle.executeUpdate('cancelTrial', { args: [{ trialId }] });
      }
      const { replicates, gate } = await handle.result();
      expect(replicates?.trials.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'cancelled'));
      expect(gate.left_out_replicates?.[0]).toEqual({
        ...{ trial_id: 'trial-003-replicate-2', reason: 'cancelled on request' },
      });
    });
  });

  it('with the experiment cancelled in the middle of them, their runs are closed, and nothing is judged', async () => {
    const closed: CloseTrialRequest[] = [];
    const closedExperiments: string[] = [];
    let evaluations = 0;
    const stopping = trainsUntilStopped();
    const { steps } = createSteps();
    const watched: typeof steps = {
      ...steps,
      trainTrial: (request) => (isReplicate(request) ? stopping.trainTrial() : steps.trainTrial(request)),
      closeTrial: async (request) => {
        closed.push(request);
        return { logged: null };
      },
      closeExperiment: async ({ status }) => {
        closedExperiments.push(`${status} after ${closed.length} trials`);
      },
      evaluateBest: async (request) => {
        evaluations += 1;
        return steps.evaluateBest(request);
      },
    };
    await server.withWorkers(watched, async (client) => {
      const handle = await start(client, withReplicates);
      await stopping.isTraining;
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow('cancelled');
      const { status, phase, bestTrialId, problems = [] }: ExperimentSnapshot = await handle.query('snapshot');
      expect({ status, phase, bestTrialId, problems }).toEqual({
        ...{ status: 'cancelled', phase: 'train', bestTrialId: 'trial-003', problems: [] },
      });
    });
    const replicates = closed.filter(isReplicate);
    expect(replicates.length).toBeGreaterThan(0);
    expect(new Set(replicates.map(({ status }) => status))).toEqual(new Set(['KILLED']));
    expect([evaluations, closedExperiments]).toEqual([0, [`KILLED after ${closed.length} trials`]]);
  });
});
