import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { NotifyRequest } from '../../contracts/steps.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { experimentInput, resolvedConfig } from '../support/experiment-fixtures.ts';
import { createSteps, startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

describe('workflows/notifications', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  const notify = { url_env: 'HOOK', on: ['end', 'failure', 'gate'] as const };

  const run = async (change: Partial<ResolvedConfig>, steps: ReturnType<typeof createSteps>['steps']) =>
    server.withWorkers(steps, async (client) => {
      const handle = await client.workflow.start<typeof experiment>('experiment', {
        taskQueue: 'tt-cpu',
        workflowId: `tt-exp/fixture/${randomUUID()}`,
        args: [experimentInput(resolvedConfig({ sweep: null, ...change }))],
      });
      return handle.result().catch((error: unknown) => error);
    });

  it('tells of the gate and of the end, and the parent run says how that went', async () => {
    const told: NotifyRequest[] = [];
    const { steps, recorder } = createSteps({
      notify: async (request) => {
        told.push(request);
        if (request.notification.event === 'gate') {
          throw new Error('the worker is gone');
        }
        return { kind: 'delivered', attempts: 2 };
      },
    });
    await run({ notify: { ...notify, on: [...notify.on] } }, steps);
    expect(told.map(({ urlEnv, notification }) => [urlEnv, notification.event, notification.status])).toEqual([
      ['HOOK', 'gate', 'running'],
      ['HOOK', 'end', 'completed'],
    ]);
    expect(told[1]?.notification.best).toMatchObject({ trial_id: 'trial-000', metric: 'ndcg_at_10' });
    expect(told[1]?.notification.gate?.decision).toBe('promoted');
    const [closed] = recorder.closedExperiments;
    expect(closed?.status).toBe('FINISHED');
    expect(closed?.tags['tt.notification']).toBe('gate: undelivered, the worker is gone; end: delivered');
  });

  it('tells of a failure where that is asked for, and of nothing else', async () => {
    const told: string[] = [];
    const { steps } = createSteps({
      notify: async ({ notification }) => {
        told.push(notification.event);
        return { kind: 'delivered', attempts: 1 };
      },
      trainTrial: async () => {
        throw ApplicationFailure.create({ type: 'TRAINING_DIVERGED', nonRetryable: true, message: 'loss: got NaN' });
      },
    });
    await run({ notify: { url_env: 'HOOK', on: ['failure'] } }, steps);
    await run({ notify: { url_env: 'HOOK', on: ['gate', 'end'] } }, steps);
    await run({ notify: null }, steps);
    expect(told).toEqual(['failure']);
  });
});
