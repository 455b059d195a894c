import { type Client, defaultPayloadConverter, QueryNotRegisteredError, ServiceError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { createExperimentsClient } from '../../../client/experiments-client.ts';
import { MOST_ASKED } from '../../../client/progress.ts';
import type { ExperimentInput } from '../../../contracts/experiment.ts';
import { trialIdOf } from '../../../contracts/ids.ts';
import { experimentInput, resolvedConfig, sweepSettings } from '../../support/experiment-fixtures.ts';
import { progressAt, trainingView, trialView, viewOf } from '../../support/experiment-views.ts';

const ID = 'demo-0123456789';

const clientWith = (
  status: string,
  query: () => Promise<unknown> = async () => null,
  input: ExperimentInput = experimentInput(),
) => {
  const cancelled: string[] = [];
  const deadlines: number[] = [];
  const heartbeatDetails = { payloads: [defaultPayloadConverter.toPayload(progressAt(4))] };
  const getHandle = (workflowId: string) => ({
    describe: async () => ({ status: { name: status }, raw: { pendingActivities: [{ heartbeatDetails }] } }),
    cancel: async () => {
      cancelled.push(workflowId);
    },
    query,
  });
  const execution = (workflowId: string, name: string) => ({
    workflowId,
    status: { name },
    startTime: new Date(0),
    closeTime: undefined,
  });
  const workflow = {
    getHandle,
    async *list() {
      yield execution('tt-exp/demo/0123456789', 'RUNNING');
      yield execution('tt-exp/demo/0123456789', 'CONTINUED_AS_NEW');
    },
  };
  const connection = {
    withDeadline: (deadline: number, call: () => Promise<unknown>) => {
      deadlines.push(deadline);
      return call();
    },
  };
  const started = { input: { payloads: [defaultPayloadConverter.toPayload(input)] } };
  const workflowService = {
    getWorkflowExecutionHistory: async () => ({
      history: { events: [{ workflowExecutionStartedEventAttributes: started }] },
    }),
  };
  const temporal = { workflow, connection, workflowService, options: { namespace: 'default' } };
  return { cancelled, deadlines, client: createExperimentsClient(temporal as unknown as Client) };
};

describe('client/experiments-client', () => {
  test.each(['COMPLETED', 'FAILED', 'CANCELLED'])(
    'cancelling an experiment that is %s is refused, and nothing is sent',
    async (status) => {
      const { client, cancelled } = clientWith(status);
      await expect(client.cancel(ID)).rejects.toMatchObject({
        code: 'EXPERIMENT_ENDED',
        exitCode: 1,
        message: `experiment ${ID} has already ended (${status.toLowerCase()}); there is nothing to cancel`,
      });
      expect(cancelled).toEqual([]);
    },
  );

  test('cancels an experiment that runs', async () => {
    const { client, cancelled } = clientWith('RUNNING');
    await client.cancel(ID);
    expect(cancelled).toEqual(['tt-exp/demo/0123456789']);
  });

  test('a snapshot that no worker gives in time is null, other failures are passed on', async () => {
    const failing = (error: Error) => clientWith('RUNNING', () => Promise.reject(error)).client.snapshot(ID, 100);
    expect(await failing(new ServiceError('Failed to query Workflow'))).toBeNull();
    expect(await failing(new QueryNotRegisteredError('no such query', 3))).toBeNull();
    await expect(failing(new TypeError('boom'))).rejects.toThrow('boom');
  });

  test('a snapshot of an earlier version is compared by what its config says', async () => {
    const { objective: _, progress: __, ...old } = viewOf('prepare');
    const config = resolvedConfig({ sweep: sweepSettings({ metric: 'map' }) });
    const { client } = clientWith('RUNNING', async () => old, experimentInput(config));
    expect(await client.snapshot(ID, 100)).toEqual({ ...old, objective: { metric: 'map', direction: 'maximise' } });
  });

  test('views of more trials than are asked about at a time keep what earlier ones told', async () => {
    const trials = Array.from({ length: MOST_ASKED + 4 }, (_, index) =>
      trialView(index, {
        ...{ trialId: trialIdOf(index), workflowId: trialIdOf(index), status: 'running', isInFlight: true },
      }),
    );
    const { client } = clientWith('RUNNING', async () => trainingView({ trials }));
    const counts: number[] = [];
    for (const _ of [1, 2, 3]) {
      counts.push(Object.keys((await client.view(ID)).progress).length);
    }
    // Eight, then four known ones and four new ones.
    expect(counts).toEqual([8, 12, 12]);
  });

  test('lists a continued experiment once', async () => {
    const listed = await clientWith('RUNNING').client.list();
    expect(listed.map(({ status }) => status)).toEqual(['RUNNING']);
  });
});
