import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExperimentsClient } from '../../client/experiments-client.ts';
import { readTemporalId, readWorkflowState } from '../../client/temporal-identity.ts';
import { resolvedConfig } from '../support/experiment-fixtures.ts';
import { createSteps, startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

type Metadata = { readonly currentDetails?: string };

describe('workflows/descriptions', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  it('Temporal shows what an experiment is, how far it came, and what each trial tries', async () => {
    const { steps } = createSteps();
    await server.withWorkers(steps, async (client) => {
      const experiments = createExperimentsClient(client);
      const config = resolvedConfig({ description: `Rates. ${'\u{1f600}'.repeat(300)}` });
      const request = { config, configDigest: '0123456789abcdef', isFresh: false };
      const starter = { gitCommit: null, user: 'tester', source: null };
      const { workflowId, experimentId } = await experiments.start({ ...request, ...starter });
      const handle = client.workflow.getHandle(workflowId);
      await handle.result();

      const summaryOf = async (id: string): Promise<string> => {
        const { raw } = await client.workflow.getHandle(id).describe();
        const summary = raw.executionConfig?.userMetadata?.summary;
        return summary == null ? '' : defaultPayloadConverter.fromPayload(summary);
      };
      expect(await summaryOf(workflowId)).toMatch(/^fixture: Rates\. /);
      expect(await summaryOf(`${workflowId}/trial-001`)).toBe('trial-001 to epoch 2: learning_rate 0.2');
      const outcome = {
        ...{ trials: { ended: 4, total: 4 }, best: 0.4, metric: 'ndcg_at_10' },
        ...{ gate: { decision: 'promoted' }, parentRunId: 'parent' },
      };
      expect((await handle.describe()).memo).toEqual({ name: 'fixture', config_digest: '0123456789abcdef', outcome });
      expect((await experiments.list()).map((listed) => listed.outcome)).toEqual([outcome]);
      // The real server understands what is asked of it.
      const listed = await experiments.list();
      expect(await experiments.list(listed)).toBe(listed);
      const [row] = listed;
      const asIfRunning = listed.map((one) => ({ ...one, status: 'RUNNING' as const, endedAtMs: null }));
      expect(await experiments.list(asIfRunning)).toEqual([row]);
      const { currentDetails } = await handle.query<Metadata, []>('__temporal_workflow_metadata');
      expect(currentDetails).toBe('Phase: **done**\n\nTrials: 4 completed\n\nBest so far: trial-003, 0.4000');

      const temporalId = await readTemporalId(client);
      expect(temporalId).toMatch(/^[0-9a-f-]{36}$/);
      expect((await experiments.input(experimentId)).temporalId).toBe(temporalId);
      expect(await readWorkflowState(client, workflowId)).toBe('ended');
      expect(await readWorkflowState(client, 'tt-exp/nothing/0123456789')).toBe('missing');
    });
  });
});
