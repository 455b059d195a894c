import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { CloseTrialRequest, EvaluateBestRequest, OpenTrialRequest } from '../../contracts/steps.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { experimentInput, resolvedConfig, sweepSettings } from '../support/experiment-fixtures.ts';
import { createSteps, pause, startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

const config = resolvedConfig();
const withReplicates = { ...config, gate: { ...config.gate, replicates: 3 } };

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

  const run = async (failing: string | null) => {
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
        if (request.runId === failing) {
          throw ApplicationFailure.create({
            ...{ type: 'TRAINING_DIVERGED', nonRetryable: true, message: 'loss: got NaN in epoch 1' },
            details: [{ hint: 'Lower the learning rate.', details: {} }],
          });
        }
        return steps.trainTrial(request);
      },
      evaluateBest: async (request) => {
        evaluated.push(request);
        return steps.evaluateBest(request);
      },
    };
    const snapshot = await server.withWorkers(watched, async (client) => {
      return (await start(client, withReplicates)).result();
    });
    return { snapshot, evaluated, replicates: opened.filter(({ replicateOf }) => replicateOf !== undefined), opened };
  };

  it("the best trial's settings are trained with other seeds, and judged with it", async () => {
    const { snapshot, evaluated, replicates, opened } = await run(null);
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

  it('one that fails is done without, and told', async () => {
    const { snapshot, evaluated } = await run('run-trial-003-replicate-2');
    expect(evaluated[0]?.replicateRunIds).toEqual(['run-trial-003-replicate-3']);
    expect(snapshot.status).toBe('completed');
    expect(snapshot.problems).toEqual([
      'trial-003-replicate-2 failed, and the gate does without it: loss: got NaN in epoch 1',
    ]);
  });

  it('a pause holds back those that have not begun, until it is resumed', async () => {
    const opened: string[] = [];
    const closed: string[] = [];
    const one = { ...withReplicates, sweep: sweepSettings({ max_parallel: 1 }) };
    let handle: WorkflowHandle<typeof experiment> | null = null;
    const { steps } = createSteps();
    const watched: typeof steps = {
      ...steps,
      openTrial: async (request) => {
        opened.push(request.trialId);
        return steps.openTrial(request);
      },
      trainTrial: async (request) => {
        if (request.runId === 'run-trial-003-replicate-2') {
          await handle?.signal('pause');
        }
        return steps.trainTrial(request);
      },
      closeTrial: async (request) => {
        closed.push(request.runId);
      },
    };
    await server.withWorkers(watched, async (client) => {
      handle = await start(client, one);
      await expect.poll(() => closed, { timeout: 30_000 }).toContain('run-trial-003-replicate-2');
      // Time enough for the next one to begin.
      await pause(1000);
      expect(opened.filter((id) => id.includes('replicate'))).toEqual(['trial-003-replicate-2']);
      await handle.signal('resume');
      expect((await handle.result()).problems).toBeUndefined();
      expect(opened.filter((id) => id.includes('replicate'))).toHaveLength(2);
    });
  });

  it('with the experiment cancelled in the middle of them, their runs are closed, and nothing is judged', async () => {
    const closed: CloseTrialRequest[] = [];
    const closedExperiments: string[] = [];
    let evaluations = 0;
    let begun = (): void => undefined;
    const isTraining = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const { steps } = createSteps();
    const watched: typeof steps = {
      ...steps,
      trainTrial: async (request) => {
        if (!request.runId.includes('replicate')) {
          return steps.trainTrial(request);
        }
        begun();
        const beat = setInterval(() => Context.current().heartbeat(), 50);
        try {
          return (await Context.current().cancelled) as never;
        } finally {
          clearInterval(beat);
        }
      },
      closeTrial: async (request) => {
        closed.push(request);
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
      await isTraining;
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow('cancelled');
      const { status, phase, bestTrialId, problems = [] }: ExperimentSnapshot = await handle.query('snapshot');
      expect({ status, phase, bestTrialId, problems }).toEqual({
        ...{ status: 'cancelled', phase: 'train', bestTrialId: 'trial-003', problems: [] },
      });
    });
    const replicates = closed.filter(({ runId }) => runId.includes('replicate'));
    expect(replicates.length).toBeGreaterThan(0);
    expect(new Set(replicates.map(({ status }) => status))).toEqual(new Set(['KILLED']));
    expect([evaluations, closedExperiments]).toEqual([0, [`KILLED after ${closed.length} trials`]]);
  });
});
