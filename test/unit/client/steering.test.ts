import { ApplicationFailure, type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { createSteering, type ExperimentSteering } from '../../../client/steering.ts';

const ID = 'demo-0123456789';
const WORKFLOW = 'tt-exp/demo/0123456789';

interface Server {
  /** What a message ends with. */
  readonly failure?: Error;
  /** null: the server knows nothing of it. */
  readonly status?: string | null;
}

const notFound = (): Error => new WorkflowNotFoundError('workflow not found', WORKFLOW, undefined);

const steeringOf = ({ failure, status = 'RUNNING' }: Server = {}) => {
  const sent: (readonly unknown[])[] = [];
  const send = async (...message: readonly unknown[]): Promise<unknown> => {
    if (failure !== undefined) {
      throw failure;
    }
    sent.push(message);
    return message[1] === 'retryFailed' ? ['trial-001'] : undefined;
  };
  const getHandle = (workflowId: string) => ({
    signal: (name: string) => send(workflowId, name),
    executeUpdate: (name: string, options?: { readonly args: readonly unknown[] }) =>
      send(workflowId, name, ...(options?.args ?? [])),
    describe: async () => {
      if (status === null) {
        throw notFound();
      }
      return { status: { name: status } };
    },
  });
  async function* list() {
    yield { workflowId: 'tt-exp/demo/0123456788', status: { name: 'COMPLETED' } };
  }
  return { sent, steering: createSteering({ workflow: { getHandle, list } } as unknown as Client) };
};

type Request = (steering: ExperimentSteering, id: string) => Promise<unknown>;

const REQUESTS: readonly (readonly [string, Request, readonly unknown[]])[] = [
  ['pause', (steering, id) => steering.pause(id), []],
  ['resume', (steering, id) => steering.resume(id), []],
  ['setMaxParallel', (steering, id) => steering.setMaxParallel(id, 3), [{ maxParallel: 3 }]],
  ['cancelTrial', (steering, id) => steering.cancelTrial(id, 'trial-001'), [{ trialId: 'trial-001' }]],
  ['retryFailed', (steering, id) => steering.retryFailed(id), []],
];

describe.each(REQUESTS)('%s', (name, request, argumentsSent) => {
  test(`${name} sends one message to the experiment's workflow`, async () => {
    const { sent, steering } = steeringOf();
    await request(steering, ID);
    expect(sent).toEqual([[WORKFLOW, name, ...argumentsSent]]);
  });

  test(`${name} of an experiment that has ended is refused, with how it ended`, async () => {
    const { steering } = steeringOf({ failure: notFound(), status: 'COMPLETED' });
    await expect(request(steering, ID)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('has already ended (completed)'),
      hint: expect.stringContaining('tt-exp extend'),
    });
  });

  test(`${name} of an experiment that nobody knows says so`, async () => {
    const { steering } = steeringOf({ failure: notFound(), status: null });
    await expect(request(steering, ID)).rejects.toMatchObject({
      ...{ code: 'EXPERIMENT_NOT_FOUND', hint: expect.stringContaining('Did you mean demo-0123456788?') },
    });
  });

  test(`${name} of what is no id asks no server`, async () => {
    const { sent, steering } = steeringOf();
    await expect((async () => request(steering, 'no id'))()).rejects.toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' });
    expect(sent).toEqual([]);
  });
});

describe('client/steering', () => {
  test('what the workflow turns down is USAGE, in its own words', async () => {
    const failure = new WorkflowUpdateFailedError('failed', ApplicationFailure.nonRetryable('got trial-009', 'USAGE'));
    await expect(steeringOf({ failure }).steering.cancelTrial(ID, 'trial-009')).rejects.toMatchObject({
      code: 'USAGE',
      message: `experiment ${ID}: got trial-009`,
    });
  });

  test('any other failure comes as it is', async () => {
    const failure = new Error('connection lost');
    await expect(steeringOf({ failure }).steering.pause(ID)).rejects.toBe(failure);
  });

  test('a retry answers the trials that begin again', async () => {
    expect(await steeringOf().steering.retryFailed(ID)).toEqual(['trial-001']);
  });
});
