/** Experiments online on a real Temporal server, beside the real owner of the model; what was measured is scripted. */
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnlineActivities } from '../../activities/online.ts';
import type { OnlinePort } from '../../activities/ports.ts';
import { createOnlineClient } from '../../client/online-client.ts';
import { createRegistryClient } from '../../client/registry-client.ts';
import { onlineWorkflowId } from '../../contracts/ids.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import { DEFAULT_ONLINE_SETTINGS, type OnlineDecision } from '../../contracts/online-report.ts';
import type { OnlineExperimentInput, OnlineOutcome } from '../../contracts/online-steps.ts';
import { readLedger } from '../../registry/ledger/read-ledger.ts';
import { eventually } from '../support/eventually.ts';
import { measuredOnline, onlineExperiment } from '../support/online-experiments.ts';
import { createOwnedModel } from '../support/owned-model.ts';
import { startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

/** A model with champion 1, its owner, the servers' definitions in memory, and decisions of measurements as the test says. */
const createWorld = (aliases: Readonly<Record<string, string>> = { champion: '1' }) => {
  const model = createOwnedModel({ aliases });
  const world = {
    decisions: ['continue'] as OnlineDecision[],
    error: null as Error | null,
    definition: null as OnlineExperiment | null,
    removedWith: null as Readonly<Record<string, string>> | null,
    looks: 0,
  };
  const online: OnlinePort = {
    define: async (experiment) => {
      world.definition ??= experiment;
      return world.definition;
    },
    defined: async () => world.definition,
    remove: async () => {
      world.removedWith = { ...model.registry.aliases };
      world.definition = null;
    },
    measure: async ({ experiment }) => {
      world.looks += 1;
      if (world.error !== null) {
        throw world.error;
      }
      const decision = world.decisions.length > 1 ? world.decisions.shift() : world.decisions[0];
      return measuredOnline(experiment, decision ?? 'continue');
    },
  };
  const steps = { ...model.steps, ...createOnlineActivities({ tracking: model.registry.tracking, online }) };
  const input = (change: Partial<OnlineExperimentInput> = {}): OnlineExperimentInput => ({
    experiment: onlineExperiment({
      ...{ id: `ab-${model.modelName}`, model: model.modelName, attribution_hours: 0.001 },
      champion: { version: '1', run_id: 'run-1' },
      challenger: { version: '2', run_id: 'run-2' },
      started_at: new Date().toISOString(),
    }),
    ...{ settings: DEFAULT_ONLINE_SETTINGS, on_win: 'promote', actor: 'ana', reason: 'better in the gate' },
    ...change,
  });
  const lastEntry = async () => (await readLedger(model.registry.tracking, model.modelName))?.entries.at(-1);
  return { ...model, world, steps, input, lastEntry };
};

describe('workflows/online-experiment', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer(['limit.historyCount.suggestContinueAsNew=60']);
  });

  afterAll(async () => {
    await server?.stop();
  });

  const outcomeOf = (client: Client, modelName: string): Promise<OnlineOutcome> =>
    client.workflow.getHandle(onlineWorkflowId(modelName)).result();

  const running = (client: Client, modelName: string) =>
    eventually(
      'a running experiment',
      () => createOnlineClient(client).view(modelName),
      (view) => view?.snapshot.phase === 'running' && view.snapshot.measured !== null,
      { withinMs: 30_000 },
    );

  it('makes the challenger one, promotes it once it is better, and tells servers before the champion moves', async () => {
    const { world, steps, registry, modelName, input, lastEntry } = createWorld();
    world.decisions = ['continue', 'continue', 'promote'];
    await server.withWorkers(steps, async (client) => {
      await createOnlineClient(client).start(input());
      const view = await running(client, modelName);
      expect(registry.aliases).toEqual({ champion: '1', challenger: '2' });
      expect(world.definition?.id).toBe(view?.snapshot.experiment.id);
      expect(await outcomeOf(client, modelName)).toMatchObject({ end: 'promoted', reason: 'It is promote.', seq: 3 });
    });
    expect(world.removedWith).toEqual({ champion: '1', challenger: '2' });
    expect(registry.aliases).toEqual({ champion: '2', previous: '1' });
    const entry = await lastEntry();
    expect(entry).toMatchObject({ action: 'promote', from: '1', to: '2', actor: 'ana' });
    expect(entry?.evidence).toMatchObject({
      ...{ run_id: 'run-2', compared_with: '1' },
      online: { decision: 'promote', users: 200, mean: 0.02, low: 0.01, high: 0.03 },
    });
    expect((await readLedger(registry.tracking, modelName))?.entries.map(({ action }) => action)).toEqual([
      'adopt',
      'challenge',
      'promote',
    ]);
    const kept = await registry.tracking.getArtifactText('run-2', `online_experiments/ab-${modelName}.json`);
    expect(JSON.parse(kept ?? '{}').report.decision).toBe('promote');
  });

  it.each([
    ['clear', 'cleared'],
    ['invalid', 'invalid'],
  ] as const)(
    'ends without a winner where the report says %s, and the challenger is one no more',
    async (decision, end) => {
      const { world, steps, registry, modelName, input, lastEntry } = createWorld();
      world.decisions = [decision];
      await server.withWorkers(steps, async (client) => {
        await createOnlineClient(client).start(input());
        expect(await outcomeOf(client, modelName)).toMatchObject({ end, seq: 3 });
      });
      expect(registry.aliases).toEqual({ champion: '1' });
      expect(await lastEntry()).toMatchObject({ action: 'reject', from: '2', to: null });
      expect(world.definition).toBeNull();
    },
  );

  it('leaves the winner to a person where that is wanted', async () => {
    const { world, steps, registry, modelName, input } = createWorld();
    world.decisions = ['promote'];
    await server.withWorkers(steps, async (client) => {
      await createOnlineClient(client).start(input({ on_win: 'ask' }));
      expect(await outcomeOf(client, modelName)).toMatchObject({ end: 'won', seq: null });
    });
    expect(registry.aliases).toEqual({ champion: '1', challenger: '2' });
    expect(world.definition).toBeNull();
  });

  it('stops on request, runs alone, and goes on over many executions', async () => {
    const { world, steps, registry, modelName, input } = createWorld();
    await server.withWorkers(steps, async (client) => {
      const online = createOnlineClient(client);
      await expect(online.stop(modelName, { by: 'bea', reason: 'none' })).rejects.toMatchObject({
        code: 'EXPERIMENT_NOT_FOUND',
      });
      await online.start(input());
      await expect(online.start(input())).rejects.toMatchObject({ code: 'MOVE_REFUSED' });
      const first = (await client.workflow.getHandle(onlineWorkflowId(modelName)).describe()).runId;
      await eventually(
        'another execution',
        async () => (await client.workflow.getHandle(onlineWorkflowId(modelName)).describe()).runId,
        (now) => now !== first,
      );
      expect((await running(client, modelName))?.snapshot.measured?.report.users).toBe(200);
      const outcome = await online.stop(modelName, { by: 'bea', reason: 'complaints' });
      expect(outcome).toMatchObject({ end: 'stopped', reason: 'stopped by bea: complaints' });
      expect((await online.view(modelName))?.outcome?.end).toBe('stopped');
    });
    expect(registry.aliases).toEqual({ champion: '1' });
    expect(world.definition).toBeNull();
  }, 120_000);

  it('is void once the champion has moved, and clears its challenger', async () => {
    const { world, steps, registry, modelName, input, lastEntry } = createWorld();
    await server.withWorkers(steps, async (client) => {
      await createOnlineClient(client).start(input());
      await running(client, modelName);
      await createRegistryClient(client).ask(modelName, {
        ...{ kind: 'promote', candidate: '5', comparedWith: '1', request: 'other', supersedes: false },
        ...{ actor: 'bea', reason: 'urgent', evidence: {} },
      });
      expect(await outcomeOf(client, modelName)).toMatchObject({
        ...{ end: 'void', reason: 'version 1 is not champion any more' },
      });
    });
    expect(registry.aliases).toEqual({ champion: '5', previous: '1' });
    expect(await lastEntry()).toMatchObject({ action: 'reject', from: '2' });
    expect(world.definition).toBeNull();
  });

  it('is void once somebody has promoted its challenger, and says that the ledger has that move alone', async () => {
    const { world, steps, registry, modelName, input, lastEntry } = createWorld();
    await server.withWorkers(steps, async (client) => {
      await createOnlineClient(client).start(input());
      await running(client, modelName);
      await createRegistryClient(client).ask(modelName, {
        ...{ kind: 'promote', candidate: '2', comparedWith: '1', request: 'other', supersedes: false },
        ...{ actor: 'bea', reason: 'urgent', evidence: {} },
      });
      expect(await outcomeOf(client, modelName)).toMatchObject({
        ...{ end: 'void', seq: null },
        reason: 'version 1 is not champion any more (version 2 is champion by now: the ledger has that move alone)',
      });
    });
    expect([registry.aliases, world.definition]).toEqual([{ champion: '2', previous: '1' }, null]);
    expect(await lastEntry()).toMatchObject({ action: 'promote', to: '2' });
  });

  it('says that a promotion was refused, and clears', async () => {
    const { world, steps, registry, modelName, input } = createWorld();
    const close = steps.closeOnline;
    steps.closeOnline = async (request) => {
      await close(request);
      registry.aliases.champion = '5';
    };
    world.decisions = ['promote'];
    await server.withWorkers(steps, async (client) => {
      await createOnlineClient(client).start(input());
      expect(await outcomeOf(client, modelName)).toMatchObject({
        ...{ end: 'void', reason: 'It is promote. The promotion was refused: Version 5 is champion by now.' },
      });
    });
    expect(registry.aliases).toEqual({ champion: '5', previous: '1' });
  });

  it('never begins where another challenger awaits an answer, or servers have another experiment', async () => {
    const occupied = createWorld({ champion: '1', challenger: '3' });
    await server.withWorkers(occupied.steps, async (client) => {
      await createOnlineClient(client).start(occupied.input());
      expect(await outcomeOf(client, occupied.modelName)).toMatchObject({
        ...{ end: 'refused', reason: 'Version 3 is challenger.' },
      });
    });
    expect(occupied.registry.aliases).toEqual({ champion: '1', challenger: '3' });
    const defined = createWorld();
    const other = { ...defined.input().experiment, id: 'ab-other' };
    defined.world.definition = other;
    await server.withWorkers(defined.steps, async (client) => {
      await createOnlineClient(client).start(defined.input());
      expect(await outcomeOf(client, defined.modelName)).toMatchObject({
        ...{ end: 'refused', reason: expect.stringContaining('ab-other') },
      });
    });
    expect(defined.registry.aliases).toEqual({ champion: '1' });
    expect(defined.world.definition).toEqual(other);
  });

  it('says why it cannot be measured, and goes on once it can', async () => {
    const { world, steps, modelName, input } = createWorld();
    world.decisions = ['promote'];
    world.error = new Error('the logs cannot be read');
    await server.withWorkers(
      {
        ...steps,
        measureOnline: async (request) => {
          try {
            return await steps.measureOnline(request);
          } catch (error) {
            throw ApplicationFailure.create({ type: 'MODEL_NOT_LOADING', nonRetryable: true, message: String(error) });
          }
        },
      },
      async (client) => {
        const online = createOnlineClient(client);
        await online.start(input());
        await eventually(
          'a problem',
          () => online.view(modelName),
          (view) => view?.snapshot.problem?.includes('the logs cannot be read') === true,
          { withinMs: 30_000 },
        );
        world.error = null;
        expect(await outcomeOf(client, modelName)).toMatchObject({ end: 'promoted' });
      },
    );
  });

  it.each([
    ['measures once more', null, 'stopped by bea: early'],
    [
      'says that nothing was measured',
      'the logs are gone',
      'stopped by bea: early (it could not be measured at its end, nothing was measured: the logs are gone)',
    ],
  ])('stopped before its first measurement, it %s', async (_case, problem, reason) => {
    const { world, steps, registry, modelName, input, lastEntry } = createWorld();
    const slow = input();
    const measureOnline: typeof steps.measureOnline = (request) => {
      if (problem !== null) {
        throw ApplicationFailure.create({ type: 'MODEL_NOT_LOADING', nonRetryable: true, message: problem });
      }
      return steps.measureOnline(request);
    };
    await server.withWorkers({ ...steps, measureOnline }, async (client) => {
      const online = createOnlineClient(client);
      await online.start({ ...slow, experiment: { ...slow.experiment, attribution_hours: 24 } });
      await eventually(
        'a running experiment',
        () => online.view(modelName),
        (view) => view?.snapshot.phase === 'running',
      );
      expect(world.looks).toBe(0);
      expect(await online.stop(modelName, { by: 'bea', reason: 'early' })).toMatchObject({ end: 'stopped', reason });
    });
    const isMeasured = problem === null;
    expect(world.looks).toBe(isMeasured ? 1 : 0);
    expect((await lastEntry())?.evidence.online?.users).toBe(isMeasured ? 200 : undefined);
    const kept = await registry.tracking.getArtifactText('run-2', `online_experiments/ab-${modelName}.json`);
    expect(kept === null ? null : JSON.parse(kept).report.users).toBe(isMeasured ? 200 : null);
    expect([registry.aliases, world.definition]).toEqual([{ champion: '1' }, null]);
  });

  it('ends by cancellation as by a stop', async () => {
    const { world, steps, registry, modelName, input } = createWorld();
    await server.withWorkers(steps, async (client) => {
      await createOnlineClient(client).start(input());
      await running(client, modelName);
      await client.workflow.getHandle(onlineWorkflowId(modelName)).cancel();
      expect(await outcomeOf(client, modelName)).toMatchObject({ end: 'stopped', reason: 'cancelled on request' });
    });
    expect(registry.aliases).toEqual({ champion: '1' });
    expect(world.definition).toBeNull();
  });
});
