import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pendingSteps } from '../../client/pending-steps.ts';
import type { Blessing } from '../../contracts/blessing.ts';
import type { GateConfig } from '../../contracts/experiment-config.ts';
import type { BlessCandidateRequest } from '../../contracts/steps.ts';
import { readLedger } from '../../registry/ledger/read-ledger.ts';
import { blessed } from '../support/blessed.ts';
import { eventually } from '../support/eventually.ts';
import { createOwnedModel } from '../support/owned-model.ts';
import { startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

describe('workflows/judge', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  it('a candidate that the gate lets pass is champion, and the ledger says why', async () => {
    const { steps, registry, start, modelName, recorded } = createOwnedModel({ aliases: { champion: '8' } });
    const { gate, model } = await server.withWorkers(steps, async (client) => (await start(client)).result());
    expect(gate.decision).toBe('promoted');
    expect(model).toEqual({ name: modelName, version: '2', aliases: ['champion'] });
    expect(registry.aliases).toEqual({ champion: '2', previous: '8' });
    expect(recorded().decision).toBe('promoted');
    const ledger = await readLedger(registry.tracking, modelName);
    expect(ledger?.broken).toBeNull();
    expect(ledger?.entries.map(({ action, from, to }) => [action, from, to])).toEqual([
      ['adopt', null, '8'],
      ['promote', '8', '2'],
    ]);
    const { reason, evidence } = ledger?.entries[1] ?? {};
    expect(reason).toBe(gate.reasons.at(-1));
    expect(evidence).toEqual({
      ...{ run_id: 'run-trial-000', experiment_id: 'fixture-0123456789', verdict_run_id: 'parent' },
      ...{ dataset_version: expect.stringMatching(/^ds-/), compared_with: '8', ndcg_at_10: 0.4 },
      ...{ test_metrics_digest: 'metrics 1', gate_users_digest: 'users 1' },
      verdict_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('asks a server of the bundle only where an alias would move, and moves none where it does not agree', async () => {
    const asked: BlessCandidateRequest[] = [];
    const judged = async (blessing: Blessing['outcome'] | 'error', gateChange: GateConfig = {}) => {
      const { steps, registry, start } = createOwnedModel();
      const blessCandidate = async (request: BlessCandidateRequest): Promise<Blessing> => {
        asked.push(request);
        if (blessing === 'error') {
          throw ApplicationFailure.create({ type: 'DISK_FULL', nonRetryable: true, message: 'no room' });
        }
        return blessed({ outcome: blessing, reason: 'ids and vectors do not belong together' });
      };
      const run = { ...steps, blessCandidate };
      const { gate } = await server.withWorkers(run, async (client) => (await start(client, gateChange)).result());
      return { gate, aliases: registry.aliases };
    };
    const shifted = await judged('ids_shifted');
    expect(shifted.gate.decision).toBe('rejected');
    expect(shifted.gate.reasons.at(-1)).toBe(
      'Not promoted: its bundle does not serve what was judged (ids_shifted): ids and vectors do not belong together.',
    );
    expect(shifted.gate.rules.at(-1)).toMatchObject({ name: 'blessing', passed: false });
    expect(shifted.aliases).toEqual({});
    expect(asked).toMatchObject([
      { runId: 'run-trial-000', version: '2', evaluatedNdcg: 0.4, p99BoundMs: 250, relevanceThreshold: 0.4 },
    ]);
    const broken = await judged('error');
    expect(broken.gate.reasons.at(-1)).toBe(
      'Not promoted: its bundle could not be blessed (could_not_be_blessed): DISK_FULL: no room.',
    );
    const off = await judged('ids_shifted', { blessing: 'off' });
    expect([off.gate.decision, off.gate.blessing]).toEqual(['promoted', undefined]);
    const low = await judged('ids_shifted', { min_ndcg_at_10: 0.9 });
    expect([low.gate.decision, low.gate.blessing, asked.length]).toEqual(['rejected', undefined, 2]);
  });

  it('a blessing that fails and is tried again says so, with its attempt and its last error', async () => {
    const { steps, start } = createOwnedModel();
    const blessCandidate = async (): Promise<Blessing> => {
      if (Context.current().info.attempt < 3) {
        throw ApplicationFailure.create({ type: 'DISK_FULL', message: 'no room for a bundle' });
      }
      return blessed();
    };
    const gate = await server.withWorkers({ ...steps, blessCandidate }, async (client) => {
      const handle = await start(client);
      const pending = async () => pendingSteps((await handle.describe()).raw.pendingActivities);
      const told = await eventually('a third attempt', pending, (now) => now.some(({ attempt }) => attempt === 3), {
        everyMs: 20,
      });
      expect(told).toEqual([
        {
          ...{ id: expect.any(String), name: 'blessing', attempt: 3, mostAttempts: 10 },
          lastError: 'DISK_FULL: no room for a bundle',
        },
      ]);
      return (await handle.result()).gate;
    });
    expect(gate.decision).toBe('promoted');
  });

  it('a champion that changes between evaluation and verdict is compared with before anything is moved', async () => {
    const { steps, registry, start, evaluations } = createOwnedModel({ aliases: { champion: '8' } });
    const { evaluateBest } = steps;
    const overtaken = {
      ...steps,
      evaluateBest: async (request: Parameters<typeof evaluateBest>[0]) => {
        const result = await evaluateBest(request);
        registry.aliases.champion = '9';
        return result;
      },
    };
    const { gate } = await server.withWorkers(overtaken, async (client) => (await start(client)).result());
    expect(evaluations()).toBe(2);
    expect([gate.decision, gate.compared_with]).toEqual(['rejected', '9']);
    expect(gate.reasons.slice(2)).toEqual([
      'Blessed: a server answers 80 test users as evaluated.',
      expect.stringMatching(/^Promoted: /),
      'The champion changed from version 8 to version 9 before this took effect: evaluated and decided again.',
      'Test NDCG@10 0.400 reaches the minimum 0.100.',
      // The same users, asked about another champion.
      'Look 2 of 52 at these test users: the interval has 98.89 %, so that all looks together promote falsely with a probability of at most 5 % (3.05 % spent).',
      expect.stringMatching(/^Seed noise is not in the interval/),
      'Not promoted: the difference of -0.077 to version 9 is a loss (98.89 % interval -0.127 to -0.027 lies below 0).',
    ]);
    expect(registry.aliases).toEqual({ champion: '9' });
  });

  it('each look at the same test users has a share of the level, the same question again none', async () => {
    const model = createOwnedModel({ aliases: { champion: '8' } });
    const { steps, registry } = model;
    await server.withWorkers(steps, async (client) => {
      const first = await (await model.start(client)).result();
      expect(first.gate).toMatchObject({ looks: 1, shelf_life: 52, is_used_up: false, ci: { confidence: 0.95 } });
      registry.aliases.champion = '8';
      const again = await (await model.start(client)).result();
      expect(again.gate).toMatchObject({ looks: 1, alpha_spent: first.gate.alpha_spent });
      registry.aliases.champion = '9';
      const other = await (await model.start(client)).result();
      expect(other.gate).toMatchObject({ looks: 2, ci: { confidence: expect.closeTo(0.989, 3) } });
    });
  });

  it('a version that is archived stays out, with the reason', async () => {
    const { steps, registry, start, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      const { ask } = (await import('../../client/registry-client.ts')).createRegistryClient(client);
      const by = { actor: 'ana', reason: 'wrong data', evidence: {} };
      await ask(modelName, { kind: 'archive', version: '2', request: 'archive', ...by });
      const { gate, status } = await (await start(client)).result();
      expect([status, gate.decision, gate.reasons.at(-1)]).toEqual([
        ...['completed', 'rejected', 'Not promoted: Version 2 is archived.'],
      ]);
    });
    expect(registry.aliases).toEqual({ champion: '8' });
  });

  it.each([{}, { approval: 'manual' }] as const)(
    'a candidate whose files are lost after its evaluation stays out, with the reason: %j',
    async (gateConfig) => {
      const { steps, registry, start } = createOwnedModel({ aliases: { champion: '8' } });
      const { registerModel } = steps;
      const losing = {
        ...steps,
        registerModel: (request: Parameters<typeof registerModel>[0]) => {
          registry.runOf('run-trial-000').artifacts.delete('model/weights.bin');
          return registerModel(request);
        },
      };
      await server.withWorkers(losing, async (client) => {
        const { gate, status } = await (await start(client, gateConfig)).result();
        expect([status, gate.decision, gate.reasons.at(-1)]).toEqual([
          ...['completed', 'rejected'],
          'Not promoted: Version 2 cannot be loaded: its run run-trial-000 has no artifact model/weights.bin.',
        ]);
      });
      expect(registry.aliases).toEqual({ champion: '8' });
    },
  );

  it('a move whose worker died is made by the next one, long before the step would have run out of time', async () => {
    const { steps, registry, start } = createOwnedModel({ aliases: { champion: '8' } });
    let attempts = 0;
    const dying = {
      ...steps,
      changeRegistry: async (request: Parameters<typeof steps.changeRegistry>[0]) => {
        attempts += 1;
        // No word of the first one comes any more, and no heartbeat either, until its worker ends.
        return attempts === 1 ? Context.current().cancelled : steps.changeRegistry(request);
      },
    };
    const { gate } = await server.withWorkers(dying, async (client) => (await start(client)).result());
    expect(gate.decision).toBe('promoted');
    expect(attempts).toBe(2);
    expect(registry.aliases).toEqual({ champion: '2', previous: '8' });
  });

  it('cancelled while its move is made, an experiment still says what became of it', async () => {
    const { steps, registry, start, recorded } = createOwnedModel({ aliases: { champion: '8' } });
    let cancel: () => Promise<unknown> = async () => undefined;
    const cancelled = {
      ...steps,
      changeRegistry: async (request: Parameters<typeof steps.changeRegistry>[0]) => {
        await cancel();
        return steps.changeRegistry(request);
      },
    };
    await server.withWorkers(cancelled, async (client) => {
      const handle = await start(client);
      cancel = () => handle.cancel();
      await handle.result().catch(() => undefined);
    });
    expect(registry.aliases).toEqual({ champion: '2', previous: '8' });
    expect(recorded().decision).toBe('promoted');
  });
});
