import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAdoptedActivities } from '../../activities/adopted.ts';
import { createRegistryClient } from '../../client/registry-client.ts';
import { recordedGate } from '../../config/recorded-gate.ts';
import { registryWorkflowId } from '../../contracts/ids.ts';
import type { RegistryRequest } from '../../contracts/registry-owner.ts';
import type { EvaluateBestRequest, EvaluateBestResult } from '../../contracts/steps.ts';
import { readLedger } from '../../registry/ledger/read-ledger.ts';
import { eventually } from '../support/eventually.ts';
import { evaluationSummary } from '../support/experiment-fixtures.ts';
import { createOwnedModel } from '../support/owned-model.ts';
import { startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

const asked = (request: string) => ({ request, actor: 'ana', reason: 'why', evidence: {} });
const promote = (candidate: string, comparedWith: string | null, request: string): RegistryRequest => ({
  ...{ ...asked(request), kind: 'promote', candidate, comparedWith, supersedes: false },
});
const look = (request: string): RegistryRequest => ({ ...asked(request), kind: 'reconcile' });

/** Version 3 beside version 1: surely worse. */
const worse: EvaluateBestResult = {
  test: { model: evaluationSummary(0.4), baselines: {} },
  champion: { version: '1', run_id: 'run-1', ndcg_at_10: 0.5 },
  ci: { mean: -0.1, low: -0.15, high: -0.05, confidence: 0.95 },
  comparedWith: '1',
  championProblem: null,
};

/** Version 1 is champion by its owner; version 3 has all that it takes to be evaluated. */
const createMovedModel = (evaluateBest: (request: EvaluateBestRequest) => Promise<EvaluateBestResult>) => {
  const { steps, registry, modelName } = createOwnedModel();
  registry.runOf('run-3').tags['tt.dataset_version'] = 'ds-3';
  const requests: EvaluateBestRequest[] = [];
  const { tracking } = registry;
  return {
    ...{ registry, modelName, requests },
    steps: {
      ...steps,
      ...createAdoptedActivities({ tracking, readGate: recordedGate }),
      evaluateBest: (request: EvaluateBestRequest) => {
        requests.push(request);
        return evaluateBest(request);
      },
    },
    judged: (version = '3') =>
      eventually(
        `version ${version} is judged`,
        async () => (await tracking.getVersion(modelName, version)).tags['tt.gate_by_hand'] ?? '',
        (text) => text !== '',
      ),
  };
};

describe('workflows/judge-by-hand', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  const judgements = async (client: Client, modelName: string): Promise<number> => {
    let count = 0;
    for await (const { workflowId } of client.workflow.list({ query: "WorkflowType = 'judgeByHand'" })) {
      count += workflowId.startsWith(`${registryWorkflowId(modelName)}/`) ? 1 : 0;
    }
    return count;
  };

  it('a version that was made champion by hand is held against the champion before it, and the owner goes on', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { steps, registry, modelName, requests, judged } = createMovedModel(async () => {
      await held;
      return worse;
    });
    await server.withWorkers(steps, async (client) => {
      const { ask } = createRegistryClient(client);
      await ask(modelName, promote('1', null, 'a'));
      registry.aliases.champion = '3';
      await ask(modelName, look('b'));
      await eventually(
        'it is evaluated',
        async () => requests.length,
        (count) => count === 1,
      );
      // The evaluation is not over, and nobody waits for it.
      await ask(modelName, promote('2', '3', 'c'));
      expect(registry.aliases.champion).toBe('2');
      release();
      expect(await judged()).toMatch(/^would have been rejected because .*version 1/);
      expect(requests).toMatchObject([{ runId: 'run-3', datasetVersion: 'ds-3', against: '1', modelName }]);
    });
    expect(registry.aliases.champion).toBe('2');
    expect((await readLedger(registry.tracking, modelName))?.entries.map(({ action }) => action)).toEqual([
      ...['promote', 'adopt', 'promote'],
    ]);
  });

  it('also where it was taken back, once for each move, and not for what was champion before the ledger', async () => {
    const { steps, registry, modelName, requests, judged } = createMovedModel(async () => worse);
    registry.aliases.champion = '1';
    await server.withWorkers(steps, async (client) => {
      const { ask } = createRegistryClient(client);
      await ask(modelName, { ...look('a'), manualMoves: 'revert' });
      registry.aliases.champion = '3';
      await ask(modelName, look('b'));
      expect(registry.aliases.champion).toBe('1');
      expect(await judged()).toContain('would have been rejected because');
      await client.workflow.getHandle(registryWorkflowId(modelName)).terminate('lost');
      await ask(modelName, promote('2', '1', 'c'));
      expect(await judgements(client, modelName)).toBe(1);
    });
    expect(requests).toHaveLength(1);
  });

  it('that it had been archived is said with the judgement', async () => {
    const { steps, registry, modelName, judged } = createMovedModel(async () => worse);
    await server.withWorkers(steps, async (client) => {
      const { ask } = createRegistryClient(client);
      await ask(modelName, promote('1', null, 'a'));
      await ask(modelName, { ...asked('b'), kind: 'archive', version: '3' });
      const at = (await readLedger(registry.tracking, modelName))?.entries.at(-1)?.at.slice(0, 10);
      registry.aliases.champion = '3';
      await ask(modelName, look('c'));
      expect(await judged()).toMatch(
        new RegExp(
          `^would have been rejected because .*; it had been archived by ana on ${at} before it was made champion by hand$`,
        ),
      );
    });
  });

  it('what cannot be evaluated says why', async () => {
    const { steps, registry, modelName, judged } = createMovedModel(async () => {
      throw ApplicationFailure.create({ type: 'DATASET_NOT_FOUND', nonRetryable: true, message: 'ds-3 is gone' });
    });
    await server.withWorkers(steps, async (client) => {
      const { ask } = createRegistryClient(client);
      await ask(modelName, promote('1', null, 'a'));
      registry.aliases.champion = '3';
      await ask(modelName, look('b'));
      expect(await judged()).toBe('could not be evaluated: ds-3 is gone');
      registry.aliases.champion = '4';
      await ask(modelName, look('c'));
      expect(await judged('4')).toBe('could not be evaluated: no dataset version is recorded with it');
    });
  });
});
