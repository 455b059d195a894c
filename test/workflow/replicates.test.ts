import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvaluateBestRequest, OpenTrialRequest } from '../../contracts/steps.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { experimentInput, resolvedConfig } from '../support/experiment-fixtures.ts';
import { createSteps, startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

const config = resolvedConfig();
const withReplicates = { ...config, gate: { ...config.gate, replicates: 3 } };

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
      const handle = await client.workflow.start<typeof experiment>('experiment', {
        taskQueue: 'tt-cpu',
        workflowId: `tt-exp/fixture/${randomUUID()}`,
        args: [experimentInput(withReplicates)],
      });
      return handle.result();
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
});
