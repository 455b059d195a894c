import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../client/registry-client.ts';
import { registryWorkflowId } from '../../contracts/ids.ts';
import type { NotifyRequest } from '../../contracts/steps.ts';
import { deciderOf } from '../../policy/registry/version-verdict.ts';
import { changedVerdicts } from '../../registry/ledger/check-verdicts.ts';
import { readLedger } from '../../registry/ledger/read-ledger.ts';
import type { registry as registryWorkflow } from '../../workflows/registry.ts';
import { createOwnedModel } from '../support/owned-model.ts';
import { startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

const MANUAL = { approval: 'manual' } as const;

describe('workflows/approval', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  /** Until the experiment has ended with its question; then answers it. */
  const answering = (client: Client, modelName: string) => {
    const registry = createRegistryClient(client);
    return (isApproved: boolean, reason: string, change: object = {}) =>
      registry.decide(modelName, {
        ...{ request: randomUUID(), candidate: null, experimentId: null, isApproved, by: 'ana', reason },
        ...change,
      });
  };

  it('the experiment ends while its candidate is challenger; approved, it is champion, and its runs say so', async () => {
    const { steps, registry, start, recorded, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      const { status, gate, model } = await (await start(client, MANUAL)).result();
      expect([status, gate.decision, model?.aliases]).toEqual(['completed', 'awaiting_approval', ['challenger']]);
      expect(registry.aliases).toEqual({ champion: '8', challenger: '2' });
      const { verdict, entry, problem } = await answering(client, modelName)(true, 'looked at the worst users');
      expect([verdict.decision, entry?.from, entry?.to, problem]).toEqual(['promoted', '8', '2', null]);
      expect((await createRegistryClient(client).view(modelName))?.question).toBeNull();
    });
    expect(registry.aliases).toEqual({ champion: '2', previous: '8' });
    expect(recorded().decision).toBe('promoted');
    expect(recorded().gate.reasons.at(-1)).toBe('Approved by ana: looked at the worst users');
    const ledger = await readLedger(registry.tracking, modelName);
    expect(ledger?.entries.at(-1)).toMatchObject({
      ...{ action: 'promote', actor: 'ana', reason: 'looked at the worst users' },
      evidence: { experiment_id: 'fixture-0123456789', compared_with: '8' },
    });
    const { artifacts } = registry.runOf('parent');
    const changed = () => changedVerdicts(registry.tracking, ledger?.entries ?? []);
    expect(await changed()).toEqual([]);
    artifacts.set('gate.json', Buffer.from(JSON.stringify({ ...recorded().gate, decision: 'rejected' })));
    expect(await changed()).toEqual([
      'gate.json of run parent, which record 2 rests on, was changed: its digest is another one',
    ]);
    artifacts.set('gate.json', Buffer.from('{'));
    expect(await changed()).toEqual(['gate.json of run parent, which record 2 rests on, cannot be read']);
    artifacts.delete('gate.json');
    expect(await changed()).toEqual(['gate.json of run parent, which record 2 rests on, is missing']);
  });

  it('promoted by a person who did not answer it, it rests on the verdict as it was before that answer', async () => {
    const { steps, registry, start, recorded, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      await createRegistryClient(client).ask(modelName, {
        ...{ kind: 'promote', candidate: '2', comparedWith: '8', supersedes: false, request: 'now' },
        ...{ actor: 'ben', reason: 'urgent', verdict: recorded().gate, evidence: { verdict_run_id: 'parent' } },
      });
    });
    expect(recorded().gate.reasons.at(-1)).toBe('Promoted by ben: urgent');
    const ledger = await readLedger(registry.tracking, modelName);
    expect(ledger?.entries.at(-1)?.evidence.verdict_digest).toBeDefined();
    expect(await changedVerdicts(registry.tracking, ledger?.entries ?? [])).toEqual([]);
  });

  it('rejected, it stays out and is no challenger any more', async () => {
    const { steps, registry, start, recorded, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      const answer = answering(client, modelName);
      expect((await answer(false, 'too popular')).verdict.decision).toBe('rejected');
      await expect(answer(true, 'after all')).rejects.toMatchObject({
        ...{ code: 'MOVE_REFUSED', message: `model ${modelName}: Nothing awaits approval.` },
      });
    });
    expect(registry.aliases).toEqual({ champion: '8' });
    expect(recorded().gate.reasons.at(-1)).toBe('Rejected by ana: too popular');
  });

  it('an approval given after another promotion is held against that champion first, and the gate rejects', async () => {
    const { steps, registry, start, recorded, modelName } = createOwnedModel();
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      registry.aliases.champion = '9';
      const answer = answering(client, modelName);
      const { verdict } = await answer(true, 'first of its kind', { request: 'ana/approve/u' });
      expect([verdict.decision, verdict.compared_with]).toEqual(['rejected', '9']);
    });
    const entries = (await readLedger(registry.tracking, modelName))?.entries ?? [];
    expect(entries.at(-1)).toMatchObject({
      ...{ action: 'reject', actor: 'fixture-0123456789', reason: recorded().gate.reasons.at(-1) },
      evidence: { compared_with: '9', approved_by: 'ana', approval_reason: 'first of its kind' },
    });
    expect(deciderOf(entries, '2')).toBeNull();
    expect(recorded().gate.reasons).toEqual([
      'Test NDCG@10 0.400 reaches the minimum 0.100.',
      'Blessed: a server answers 80 test users as evaluated.',
      'Awaits approval: there is no champion to compare with.',
      'Approved by ana: first of its kind',
      'The champion changed from none to version 9 before this took effect: evaluated and decided again.',
      'Test NDCG@10 0.400 reaches the minimum 0.100.',
      'Seed noise is not in the interval, which is over users alone: another seed may move the mean by more (gate.replicates measures it).',
      'Not promoted: the difference of -0.077 to version 9 is a loss (95 % interval -0.127 to -0.027 lies below 0).',
    ]);
    expect(registry.aliases).toEqual({ champion: '9' });
  });

  it('of two answers at once one is carried out, and the other is told where to see what came of it', async () => {
    const { steps, registry, start, modelName } = createOwnedModel();
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      registry.aliases.champion = '9';
      const answer = answering(client, modelName);
      const answers = await Promise.allSettled([answer(true, 'fine'), answer(true, 'fine')]);
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = answers.find((one) => one.status === 'rejected');
      expect(refused?.reason).toMatchObject({
        ...{ code: 'MOVE_REFUSED', message: expect.stringContaining('Version 2 is being decided already') },
        hint: expect.stringContaining(`tt-exp models show ${modelName}/2`),
      });
    });
  });

  it('one that is better than the new champion too is promoted without another question', async () => {
    const { steps, registry, start, evaluations, modelName } = createOwnedModel();
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      registry.aliases.champion = '8';
      const { verdict } = await answering(client, modelName)(true, 'better still');
      expect([verdict.decision, verdict.compared_with]).toEqual(['promoted', '8']);
    });
    expect(evaluations()).toBe(2);
    expect(registry.aliases).toEqual({ champion: '2', previous: '8' });
  });

  it.each([
    ['answered', async () => undefined],
    [
      'first asked for something else',
      async (client: Client, name: string) => {
        const by = { actor: 'ben', reason: 'old', evidence: {}, request: 'other' };
        await createRegistryClient(client).ask(name, { kind: 'archive', version: '4', ...by });
      },
    ],
  ])('a question whose owner was lost with all that it knew is open again: %s', async (_, before) => {
    const { steps, registry, start, recorded, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      const { view, ask } = createRegistryClient(client);
      const asked = (await view(modelName))?.question;
      await client.workflow.getHandle(registryWorkflowId(modelName)).terminate('lost');
      await before(client, modelName);
      const answer = answering(client, modelName);
      await expect(answer(true, 'fine', { candidate: '7' })).rejects.toThrow(/Version 7 does not await approval/);
      expect((await view(modelName))?.question).toEqual(asked);
      await answer(true, 'fine');
      expect(recorded().gate.reasons.at(-1)).toBe('Approved by ana: fine');
      // What is settled stays settled, also where somebody sets the alias by hand.
      await client.workflow.getHandle(registryWorkflowId(modelName)).terminate('lost again');
      registry.aliases.champion = '8';
      registry.aliases.challenger = '2';
      await ask(modelName, { kind: 'reconcile', request: 'look', actor: 'ana', reason: 'to look', evidence: {} });
      expect((await view(modelName))?.question).toBeNull();
      await expect(answer(true, 'again')).rejects.toMatchObject({ code: 'MOVE_REFUSED' });
    });
  });

  it('a question of a model that was renamed in MLflow is answered under its new name; the old one says so', async () => {
    const { steps, registry, start, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    const renamed = `${modelName}-renamed`;
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      registry.rename(modelName, renamed);
      await expect(answering(client, modelName)(true, 'fine')).rejects.toMatchObject({
        ...{ code: 'MOVE_REFUSED', message: expect.stringContaining('There is no registered model') },
        hint: expect.stringContaining('use its new name, for `tt-exp approve` and `reject` too'),
      });
      const { ask, view } = createRegistryClient(client);
      await ask(renamed, { kind: 'reconcile', request: 'look', actor: 'tt-exp', reason: 'to look', evidence: {} });
      expect((await view(renamed))?.question).toMatchObject({ candidate: '2', gate: { model_name: renamed } });
      expect((await answering(client, renamed)(true, 'fine')).verdict.decision).toBe('promoted');
    });
    expect(registry.aliases).toEqual({ champion: '2', previous: '8' });
    expect((await readLedger(registry.tracking, renamed))?.entries.map(({ action }) => action)).toEqual([
      ...['adopt', 'promote'],
    ]);
  });

  it('what becomes of another model under the name of a renamed one answers no question about that', async () => {
    const { steps, registry, start, recorded, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    const renamed = `${modelName}-renamed`;
    const by = { actor: 'ben', reason: 'new', evidence: {} };
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      registry.rename(modelName, renamed);
      registry.addVersion(modelName, 'run-0');
      await expect(answering(client, modelName)(true, 'fine')).rejects.toMatchObject({
        ...{ code: 'MOVE_REFUSED', message: expect.stringContaining('by now has no version 2') },
        hint: expect.stringContaining('use the new name'),
      });
      registry.addVersion(modelName, 'run-1');
      const { ask, view } = createRegistryClient(client);
      const promote = { kind: 'promote', candidate: '2', comparedWith: null, supersedes: false, request: 'r' } as const;
      await ask(modelName, { ...promote, ...by });
      expect((await view(modelName))?.question).toBeNull();
      expect(recorded().decision).toBe('awaiting_approval');
      expect((await answering(client, renamed)(true, 'fine')).verdict.decision).toBe('promoted');
    });
    expect(recorded().gate.reasons.at(-1)).toBe('Approved by ana: fine');
    expect(registry.aliases).toEqual({ champion: '2', previous: '8' });
    expect((await readLedger(registry.tracking, modelName))?.entries.map(({ action, to }) => [action, to])).toEqual([
      ['promote', '2'],
    ]);
  });

  it('a question that was lost with its owner is open for an answer that comes after a look at the test part', async () => {
    const { steps, start, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      const owner = client.workflow.getHandle<typeof registryWorkflow>(registryWorkflowId(modelName));
      await owner.terminate('lost');
      // As an experiment starts it, which does not look at the ledger before its gate has decided.
      await client.workflow.start<typeof registryWorkflow>('registry', {
        ...{ taskQueue: 'tt-cpu', workflowId: owner.workflowId, args: [{ modelName }] },
      });
      await expect(answering(client, modelName)(true, ' ')).rejects.toThrow(/An answer needs a reason/);
      expect((await answering(client, modelName)(true, 'fine')).verdict.decision).toBe('promoted');
      await expect(answering(client, modelName)(true, 'fine')).rejects.toThrow(/Nothing awaits approval/);
    });
  });

  it('a question that was lost with its owner and deleted beside the ledger cannot be answered, and the refusal says why', async () => {
    const { steps, start, registry, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      const ledger = (await readLedger(registry.tracking, modelName))?.runId ?? '';
      await client.workflow.getHandle(registryWorkflowId(modelName)).terminate('lost');
      registry.runOf(ledger).artifacts.delete('question.json');
      // The first time its owner looks, the second time it knows.
      for (let time = 0; time < 2; time += 1) {
        await expect(answering(client, modelName)(true, 'fine')).rejects.toMatchObject({
          code: 'MOVE_REFUSED',
          message: expect.stringMatching(/Version 2 awaits approval, and its question is gone \(question\.json/),
        });
      }
    });
    expect(registry.aliases.champion).toBe('8');
  });

  it('a question about a model that is gone when nobody has answered in time is forgotten, and tried no more', async () => {
    const { steps, registry, start, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      await (await start(client, { ...MANUAL, approval_timeout: 0.0005 })).result();
      registry.rename(modelName, `${modelName}-renamed`);
      const { view } = createRegistryClient(client);
      await expect.poll(async () => (await view(modelName))?.question, { timeout: 60_000 }).toBeNull();
      await expect(answering(client, modelName)(true, 'fine')).rejects.toThrow(/There is no registered model/);
    });
  });

  it('the request that settles it counts as its answer also where the owner was lost before', async () => {
    const { steps, registry, start, recorded, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      await client.workflow.getHandle(registryWorkflowId(modelName)).terminate('lost');
      const by = { actor: 'ben', reason: 'wrong data', evidence: {}, request: 'archive' };
      await createRegistryClient(client).ask(modelName, { kind: 'archive', version: '2', ...by });
    });
    expect(registry.aliases).toEqual({ champion: '8' });
    expect(recorded().gate.reasons.at(-1)).toBe('Archived by ben: wrong data');
  });

  it('a question that nobody answers in time is a rejection, with the reason', async () => {
    const { steps, registry, start, recorded, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      await (await start(client, { ...MANUAL, approval_timeout: 0.0005 })).result();
      await expect.poll(() => recorded().decision, { timeout: 60_000 }).toBe('rejected');
    });
    const reason = 'nobody answered within 0.001 h (gate.approval_timeout)';
    expect(recorded().gate.reasons.at(-1)).toBe(`Rejected by tt-exp: ${reason}`);
    expect(registry.aliases).toEqual({ champion: '8' });
    const ledger = await readLedger(registry.tracking, modelName);
    expect(ledger?.entries.at(-1)).toMatchObject({ action: 'reject', actor: 'tt-exp', from: '2', to: null, reason });
  });

  it('a newer candidate takes the place of one that waits, which is rejected', async () => {
    let candidate = '2';
    const { steps, registry, start, modelName } = createOwnedModel({
      ...{ aliases: { champion: '8' }, candidate: () => candidate },
    });
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      candidate = '3';
      await (await start(client, MANUAL)).result();
      expect(registry.aliases).toEqual({ champion: '8', challenger: '3' });
      const answer = answering(client, modelName);
      await expect(answer(true, 'fine', { candidate: '2' })).rejects.toThrow(/Version 2 does not await approval/);
      await answer(true, 'fine', { candidate: '3' });
    });
    expect(registry.aliases).toEqual({ champion: '3', previous: '8' });
    const ledger = await readLedger(registry.tracking, modelName);
    expect(ledger?.entries.slice(1).map(({ action, from, to, reason }) => [action, from, to, reason])).toEqual([
      ['reject', '2', null, 'superseded by version 3, which awaits approval now'],
      ['promote', '8', '3', 'fine'],
    ]);
  });

  it.each([
    [
      'whose files are gone',
      ({ registry }: ReturnType<typeof createOwnedModel>) =>
        registry.runOf('run-trial-000').artifacts.delete('model/manifest.json'),
      /Version 2 cannot be loaded: its run run-trial-000 has no artifact model\/manifest\.json/,
    ],
    [
      'that was deleted',
      ({ registry, modelName }: ReturnType<typeof createOwnedModel>) => registry.deleteVersion(modelName, '2'),
      /There is no version 2: it was deleted in MLflow/,
    ],
  ])(
    'a candidate %s cannot be approved, not even in place of another champion, and its question stays open',
    async (_, lose, reason) => {
      const model = createOwnedModel({ aliases: { champion: '8' } });
      const { steps, registry, start, recorded, modelName } = model;
      await server.withWorkers(steps, async (client) => {
        await (await start(client, MANUAL)).result();
        await lose(model);
        const answer = answering(client, modelName);
        const refused = {
          ...{ code: 'MOVE_REFUSED', message: expect.stringMatching(reason) },
          hint: expect.stringContaining('The question stays open: `tt-exp reject <model> --reason'),
        };
        await expect(answer(true, 'fine')).rejects.toMatchObject(refused);
        registry.aliases.champion = '9';
        await expect(answer(true, 'fine')).rejects.toMatchObject(refused);
        expect(registry.aliases.champion).toBe('9');
        expect((await createRegistryClient(client).view(modelName))?.question?.candidate).toBe('2');
        expect((await answer(false, 'lost')).verdict.decision).toBe('rejected');
      });
      expect(recorded().gate.reasons.at(-1)).toBe('Rejected by ana: lost');
      const ledger = await readLedger(registry.tracking, modelName);
      expect(ledger?.entries.map(({ action }) => action)).toEqual(['adopt', 'adopt', 'reject']);
    },
  );

  it('a candidate that is archived while it waits is settled', async () => {
    const { steps, registry, start, recorded, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    await server.withWorkers(steps, async (client) => {
      await (await start(client, MANUAL)).result();
      const by = { actor: 'ben', reason: 'wrong data', evidence: {}, request: 'archive' };
      await createRegistryClient(client).ask(modelName, { kind: 'archive', version: '2', ...by });
    });
    expect(registry.aliases).toEqual({ champion: '8' });
    expect(recorded().gate.reasons.at(-1)).toBe('Archived by ben: wrong data');
  });

  it('whoever wants to hear of the gate hears of the answer, and a record that fails is named', async () => {
    const { steps, registry, start, modelName } = createOwnedModel({ aliases: { champion: '8' } });
    const told: NotifyRequest[] = [];
    const { recordVerdict } = steps;
    const failing = {
      ...steps,
      notify: async (request: NotifyRequest) => {
        told.push(request);
        return { kind: 'delivered', attempts: 1 } as const;
      },
      recordVerdict: async (request: Parameters<typeof recordVerdict>[0]) => {
        if (request.verdict.decision === 'rejected') {
          throw ApplicationFailure.nonRetryable('MLflow: denied', 'UPSTREAM_REJECTED');
        }
        return recordVerdict(request);
      },
    };
    await server.withWorkers(failing, async (client) => {
      await (await start(client, MANUAL, { notify: { url_env: 'HOOK', on: ['gate'] } })).result();
      const { problem } = await answering(client, modelName)(false, 'no');
      expect(problem).toBe("The gate's verdict is not in MLflow: MLflow: denied");
    });
    expect(told.map(({ notification: { status, gate } }) => [status, gate?.decision])).toEqual([
      ['running', 'awaiting_approval'],
      ['completed', 'rejected'],
    ]);
    expect(registry.aliases).toEqual({ champion: '8' });
  });
});
