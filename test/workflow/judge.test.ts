import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistryActivities } from '../../activities/registry.ts';
import { readOutcome } from '../../client/outcome.ts';
import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import { createReports } from '../../reports/create-reports.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { createAliasRegistry } from '../support/alias-registry.ts';
import { evaluationSummary, experimentInput, resolvedConfig } from '../support/experiment-fixtures.ts';
import { createSteps, pause, startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

/** The candidate is version 2 and ranks with 0.4; what the others rank with. */
const NDCG: Readonly<Record<string, number>> = { '8': 0.2, '9': 0.477 };

/** Steps in memory, with the real moves of aliases. */
const stepsOn = (aliases: Record<string, string>) => {
  const registry = createAliasRegistry(resolvedConfig().gate.model_name, aliases);
  for (const run of ['run-trial-000', 'parent']) {
    registry.addRun(run);
  }
  const { applyGate, recordVerdict } = createRegistryActivities({
    tracking: registry.tracking,
    workspace: { trialFolder: async () => '', modelFolder: async () => '' },
    attempts: { confirm: async () => true },
    reports: createReports(),
    clocks: { monotonicMs: () => 0, wallMs: () => 0 },
  });
  const { steps, recorder } = createSteps({
    applyGate,
    recordVerdict,
    registerModel: async ({ modelName }) => ({ name: modelName, version: '2', aliases: [] }),
    evaluateBest: async () => {
      const version = registry.aliases.champion ?? null;
      const ndcg = NDCG[version ?? ''];
      const mean = 0.4 - (ndcg ?? 0);
      const test = { model: evaluationSummary(0.4), baselines: {} };
      return version === null || ndcg === undefined
        ? { test, champion: null, ci: null, comparedWith: version, championProblem: null }
        : {
            test,
            champion: { version, run_id: `run-${version}`, ndcg_at_10: ndcg },
            ci: { mean, low: mean - 0.05, high: mean + 0.05, confidence: 0.95 },
            comparedWith: version,
            championProblem: null,
          };
    },
  });
  return { steps, recorder, registry };
};

describe('workflows/judge', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  const startAsking = async (client: Client) => {
    const config = resolvedConfig({ sweep: null });
    const gate = { ...config.gate, require_approval: true };
    const handle = await client.workflow.start<typeof experiment>('experiment', {
      taskQueue: 'tt-cpu',
      workflowId: `tt-exp/fixture/${randomUUID()}`,
      args: [experimentInput({ ...config, gate })],
    });
    const snapshot = () => handle.query<ExperimentSnapshot, []>('snapshot');
    return {
      handle,
      snapshot,
      approve: (reason: string) =>
        handle.executeUpdate('decideApproval', { args: [{ isApproved: true, by: 'ana', reason }] }),
      /** Until it asks, with this sentence last. */
      asks: async (sentence: string): Promise<void> => {
        for (let seen = await snapshot(); ; seen = await snapshot()) {
          if (seen.gate.decision === 'awaiting_approval' && seen.gate.reasons.at(-1)?.includes(sentence) === true) {
            return;
          }
          await pause(50);
        }
      },
    };
  };

  it('an approval given after another promotion does not count: the candidate is compared with that champion, and rejected', async () => {
    const { steps, registry } = stepsOn({});
    const { gate, model } = await server.withWorkers(steps, async (client) => {
      const { handle, approve, asks } = await startAsking(client);
      await asks('there is no champion to compare with');
      expect(registry.aliases).toEqual({ challenger: '2' });
      registry.aliases.champion = '9';
      await approve('first of its kind');
      return handle.result();
    });
    expect(gate.decision).toBe('rejected');
    expect(gate.compared_with).toBe('9');
    expect(gate.reasons).toEqual([
      'Test NDCG@10 0.400 reaches the minimum 0.100.',
      'Awaits approval: there is no champion to compare with.',
      'Approved by ana: first of its kind',
      'The champion changed from none to version 9 before this took effect: evaluated and decided again.',
      'Test NDCG@10 0.400 reaches the minimum 0.100.',
      'Not promoted: the difference of -0.077 to version 9 is a loss (95 % interval -0.127 to -0.027 lies below 0).',
    ]);
    expect(registry.aliases).toEqual({ champion: '9' });
    expect(model?.aliases).toEqual([]);
  });

  it('a candidate that is better than the new champion too is asked about anew', async () => {
    const { steps, registry } = stepsOn({});
    const { gate } = await server.withWorkers(steps, async (client) => {
      const { handle, approve, asks, snapshot } = await startAsking(client);
      await asks('there is no champion to compare with');
      registry.aliases.champion = '8';
      await approve('first of its kind');
      const { decision, reasons } = (await snapshot()).gate;
      // Nothing is asked before the answer has taken effect, or cannot; then it may have been asked anew already.
      expect([decision, reasons.includes('Approved by ana: first of its kind')]).toEqual([
        expect.stringMatching(/^(not_run|awaiting_approval)$/),
        true,
      ]);
      await asks('over version 8 is certain');
      expect(registry.aliases).toEqual({ champion: '8', challenger: '2' });
      await approve('better still');
      return handle.result();
    });
    expect(gate.decision).toBe('promoted');
    expect(gate.reasons.slice(-2)).toEqual([
      'Awaits approval: the gain of 0.200 over version 8 is certain (95 % interval 0.150 to 0.250 lies above 0).',
      'Approved by ana: better still',
    ]);
    expect(registry.aliases).toEqual({ champion: '2', previous: '8' });
  });

  it('cancelled while it awaits approval, its candidate is no challenger any more', async () => {
    const { steps, recorder, registry } = stepsOn({ champion: '8' });
    const snapshot = await server.withWorkers(steps, async (client) => {
      const { handle, asks } = await startAsking(client);
      await asks('over version 8 is certain');
      await handle.cancel();
      await handle.result().catch(() => undefined);
      return readOutcome(client, handle.workflowId);
    });
    expect(snapshot.status).toBe('cancelled');
    expect(snapshot.gate.decision).toBe('rejected');
    expect(snapshot.gate.reasons.at(-1)).toBe(
      'Withdrawn: the experiment was cancelled before anybody approved or rejected this.',
    );
    expect(registry.aliases).toEqual({ champion: '8' });
    expect(registry.runOf('run-trial-000').tags['tt.gate_decision']).toBe('rejected');
    expect(recorder.closedExperiments.map(({ status }) => status)).toEqual(['KILLED']);
  });

  it('a move whose worker died is made by the next one, long before the step would have run out of time', async () => {
    const { steps, registry } = stepsOn({ champion: '8' });
    let attempts = 0;
    const dying = {
      ...steps,
      applyGate: async (request: Parameters<typeof steps.applyGate>[0]) => {
        attempts += 1;
        // No word of the first one comes any more, and no heartbeat either, until its worker ends.
        return attempts === 1 ? Context.current().cancelled : steps.applyGate(request);
      },
    };
    const { gate } = await server.withWorkers(dying, async (client) => {
      const handle = await client.workflow.start<typeof experiment>('experiment', {
        taskQueue: 'tt-cpu',
        workflowId: `tt-exp/fixture/${randomUUID()}`,
        args: [experimentInput(resolvedConfig({ sweep: null }))],
      });
      return handle.result();
    });
    expect(gate.decision).toBe('promoted');
    expect(attempts).toBe(2);
    expect(registry.aliases).toEqual({ champion: '2', previous: '8' });
  });

  it('a question that cannot be taken back in MLflow leaves the reason, and the experiment ends as it was to', async () => {
    const { steps, recorder, registry } = stepsOn({ champion: '8' });
    const { applyGate } = steps;
    const failing = {
      ...steps,
      applyGate: async (request: Parameters<typeof applyGate>[0]) => {
        if (request.verdict.decision === 'rejected') {
          throw ApplicationFailure.nonRetryable('MLflow: denied', 'UPSTREAM_REJECTED');
        }
        return applyGate(request);
      },
    };
    const snapshot = await server.withWorkers(failing, async (client) => {
      const { handle, asks } = await startAsking(client);
      await asks('over version 8 is certain');
      await handle.cancel();
      await handle.result().catch(() => undefined);
      return readOutcome(client, handle.workflowId);
    });
    expect(snapshot.status).toBe('cancelled');
    expect(snapshot.gate.decision).toBe('rejected');
    expect(snapshot.problems).toEqual(['The candidate may still be challenger in MLflow: MLflow: denied']);
    expect(registry.aliases.challenger).toBe('2');
    expect(recorder.closedExperiments.map(({ status }) => status)).toEqual(['KILLED']);
  });
});
