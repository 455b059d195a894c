import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../client/registry-client.ts';
import { registryWorkflowId } from '../../contracts/ids.ts';
import type { RegistryRequest } from '../../contracts/registry-owner.ts';
import { readLedger } from '../../registry/ledger/read-ledger.ts';
import { createOwnedModel } from '../support/owned-model.ts';
import { startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

const promote = (candidate: string, comparedWith: string | null, request: string): RegistryRequest => ({
  ...{ kind: 'promote', candidate, comparedWith, request, supersedes: false },
  ...{ actor: 'ana', reason: 'better', evidence: {} },
});

const rollback = (request: string): RegistryRequest => ({
  ...{ kind: 'rollback', request, actor: 'ana', reason: 'wrong', evidence: {} },
});

describe('workflows/registry', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  const runsOf = async (client: Client, modelName: string): Promise<readonly string[]> => {
    const statuses: string[] = [];
    for await (const { status } of client.workflow.list({
      query: `WorkflowId = '${registryWorkflowId(modelName)}'`,
    })) {
      statuses.push(status.name);
    }
    return statuses;
  };

  it('moves in turn, answers a request that is asked again with its record, and rolls back to where it was', async () => {
    const { steps, registry, modelName } = createOwnedModel();
    await server.withWorkers(steps, async (client) => {
      const { ask } = createRegistryClient(client);
      const first = await ask(modelName, promote('1', null, 'a'));
      expect(await ask(modelName, promote('1', null, 'a'))).toEqual(first);
      await ask(modelName, promote('2', '1', 'b'));
      expect((await ask(modelName, rollback('c'))).entry).toMatchObject({ action: 'rollback', from: '2', to: '1' });
      expect(registry.aliases).toEqual({ champion: '1', previous: '2' });
      expect((await ask(modelName, rollback('d'))).entry).toMatchObject({ from: '1', to: '2' });
    });
    expect(registry.aliases).toEqual({ champion: '2', previous: '1' });
    expect((await readLedger(registry.tracking, modelName))?.entries).toHaveLength(4);
  });

  it('turns down what has no reason or no version at once, and what another champion contradicts with that one', async () => {
    const { steps, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      const { ask } = createRegistryClient(client);
      await expect(ask(modelName, { ...rollback('a'), reason: ' ' })).rejects.toMatchObject({ code: 'MOVE_REFUSED' });
      await expect(ask(modelName, promote('latest', null, 'b'))).rejects.toThrow(
        /got "latest", expected a whole number/,
      );
      await expect(ask(modelName, promote('2', '7', 'c'))).rejects.toMatchObject({
        ...{ code: 'MOVE_REFUSED', message: `model ${modelName}: version 8 is champion by now` },
      });
      await expect(ask(modelName, rollback('d'))).rejects.toThrow(/No other version was champion before/);
    });
  });

  it('of thirty requests at once, while it continues as new, each is answered and the ledger is whole', async () => {
    const { steps, registry, modelName } = createOwnedModel({ aliases: { champion: '0' } });
    await server.withWorkers(steps, async (client) => {
      const { ask } = createRegistryClient(client);
      const archive = (version: string, request: string): RegistryRequest => ({
        ...{ kind: 'archive', version, request, actor: 'ana', reason: 'old', evidence: {} },
      });
      const answers = await Promise.all(
        Array.from({ length: 30 }, async (_, index) => {
          // In waves, so that some come while an execution ends.
          await new Promise((resolve) => setTimeout(resolve, 60 * index));
          return ask(modelName, archive(String(1 + (index % 9)), `archive/${index}`));
        }),
      );
      expect(answers.filter(({ entry }) => entry !== null)).toHaveLength(9);
      // The server's list lags behind: an execution that has just been continued may stand there as running.
      await expect
        .poll(async () => (await runsOf(client, modelName)).filter((status) => status === 'RUNNING').length)
        .toBe(1);
      expect((await runsOf(client, modelName)).length).toBeGreaterThan(1);
    });
    const ledger = await readLedger(registry.tracking, modelName);
    expect([ledger?.broken, ledger?.entries.length]).toEqual([null, 10]);
  });

  it('an owner that was lost with all that it knew is rebuilt from the ledger', async () => {
    const { steps, registry, modelName } = createOwnedModel();
    await server.withWorkers(steps, async (client) => {
      const { ask, view } = createRegistryClient(client);
      await ask(modelName, promote('1', null, 'a'));
      await ask(modelName, promote('2', '1', 'b'));
      await client.workflow.getHandle(registryWorkflowId(modelName)).terminate('lost');
      expect((await ask(modelName, rollback('c'))).entry).toMatchObject({ seq: 3, from: '2', to: '1' });
      expect((await view(modelName))?.standing).toMatchObject({ seq: 3, champion: '1' });
    });
    expect(registry.aliases).toEqual({ champion: '1', previous: '2' });
  });

  it('a request whose step fails for good leaves the owner to the next one', async () => {
    const { steps, registry, modelName } = createOwnedModel();
    let isDown = true;
    const failing = {
      ...steps,
      changeRegistry: async (request: Parameters<typeof steps.changeRegistry>[0]) => {
        if (isDown) {
          throw ApplicationFailure.create({
            type: 'LEDGER_BROKEN',
            nonRetryable: true,
            message: 'record 2 is missing',
          });
        }
        return steps.changeRegistry(request);
      },
    };
    await server.withWorkers(failing, async (client) => {
      const { ask } = createRegistryClient(client);
      await expect(ask(modelName, promote('1', null, 'a'))).rejects.toMatchObject({
        ...{ code: 'LEDGER_BROKEN', message: `model ${modelName}: record 2 is missing` },
      });
      isDown = false;
      await ask(modelName, promote('1', null, 'a again'));
    });
    expect(registry.aliases).toEqual({ champion: '1' });
  });
});
