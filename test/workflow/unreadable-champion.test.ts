import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuActivities } from '../../activities/index.ts';
import { createRegistryClient } from '../../client/registry-client.ts';
import type { GateConfig } from '../../contracts/experiment-config.ts';
import type { ChampionStandIn, GateVerdict } from '../../contracts/gate.ts';
import type { RegistryRequest } from '../../contracts/registry-owner.ts';
import type { EvaluateBestRequest, OpenTrialRequest, ReadChampionSettingsResult } from '../../contracts/steps.ts';
import { trialSettings } from '../../policy/trial-plan.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { evaluationSummary, experimentInput, resolvedConfig } from '../support/experiment-fixtures.ts';
import { createOwnedModel } from '../support/owned-model.ts';
import { createSteps, startWorkflowServer, type WorkflowServer } from '../support/workflow-server.ts';

/** What the champion was trained with: nothing that this experiment would try. */
const SETTINGS = { ...trialSettings(resolvedConfig({ sweep: null }), {}), seed: 77 };
const RECORDED: ReadChampionSettingsResult = { kind: 'recorded', settings: SETTINGS };
const REASON = 'its model cannot be fetched: Model not loading';

const without = { champion: null, ci: null, comparedWith: '3', championProblem: REASON };

/** The candidate, with 0.4, beside what stands in for the champion, with `ndcg`. */
const besideStandIn = (version: string, ndcg: number, { run_id, reason }: ChampionStandIn) => {
  const mean = 0.4 - ndcg;
  return {
    champion: { version, run_id: `run-of-${version}`, ndcg_at_10: ndcg },
    ci: { mean, low: mean - 0.05, high: mean + 0.05, confidence: 0.95 },
    ...{ comparedWith: version, championProblem: null, championStandIn: { run_id, reason } },
  };
};

/** Champion is version 3, which nobody can evaluate; the candidate ranks with 0.4, and what stands in with `standIn`. */
const stepsOn = (settings: ReadChampionSettingsResult, standIn: number, change: Partial<CpuActivities> = {}) => {
  const opened: OpenTrialRequest[] = [];
  const evaluated: EvaluateBestRequest[] = [];
  const asked: RegistryRequest[] = [];
  const { steps } = createSteps({
    changeRegistry: async ({ request }) => {
      asked.push(request);
      return {
        answer: { kind: 'done', entry: null, aliases: { champion: '3', challenger: null, previous: null } },
        known: null,
      };
    },
    openTrial: async (request) => {
      opened.push(request);
      return { kind: 'open', runId: `run-${request.trialId}`, codeDigest: 'code', warmStartRunId: null };
    },
    registerModel: async ({ modelName }) => ({ name: modelName, version: '4', aliases: [] }),
    takeLook: async () => ({ comparedWith: '3', look: null }),
    readChampionSettings: async () => settings,
    evaluateBest: async (request) => {
      evaluated.push(request);
      const test = { model: evaluationSummary(0.4), baselines: {} };
      if (request.standIn === undefined) {
        return { test, ...without };
      }
      return { test, ...besideStandIn('3', standIn, request.standIn) };
    },
    ...change,
  });
  return { steps, opened, evaluated, asked };
};

describe('workflows/champion-stand-in', () => {
  let server: WorkflowServer;

  beforeAll(async () => {
    server = await startWorkflowServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  const judge = (
    { steps }: Pick<ReturnType<typeof stepsOn>, 'steps'>,
    gate: Partial<GateConfig> = {},
  ): Promise<GateVerdict> => {
    const config = resolvedConfig({ sweep: null });
    return server.withWorkers(steps, async (client) => {
      const handle = await client.workflow.start<typeof experiment>('experiment', {
        taskQueue: 'tt-cpu',
        workflowId: `tt-exp/fixture/${randomUUID()}`,
        args: [experimentInput({ ...config, gate: { ...config.gate, ...gate } })],
      });
      return (await handle.result()).gate;
    });
  };

  it.each([
    [
      0.2,
      'promoted',
      /^Promoted: the gain of 0\.200 over the stand-in for version 3 \(run run-champion-3\) is larger than chance/,
    ],
    [
      0.38,
      'rejected',
      /^Not promoted: the gain of 0\.020 over the stand-in for version 3 \(run run-champion-3\) may be chance/,
    ],
  ] as const)(
    'compares with the recorded settings of the champion, trained on the new data: %d, %s',
    async (standIn, decision, outcome) => {
      const world = stepsOn(RECORDED, standIn);
      const verdict = await judge(world);
      expect(world.opened.map(({ trialId, settings, mayReuse }) => [trialId, settings.seed, mayReuse])).toEqual([
        ['trial-000', resolvedConfig().seed, true],
        ['champion-3', 77, true],
      ]);
      expect(world.evaluated.map((request) => request.standIn)).toEqual([
        undefined,
        { version: '3', run_id: 'run-champion-3', reason: REASON },
      ]);
      expect(verdict).toMatchObject({
        ...{ decision, compared_with: '3', champion_problem: null },
        champion_stand_in: { run_id: 'run-champion-3', reason: REASON },
      });
      expect(verdict.reasons.slice(1)).toEqual([
        `Version 3 cannot be compared with: ${REASON}. Its recorded settings, trained on this data in run run-champion-3, stand in for it.`,
        expect.stringMatching(/^Seed noise is not in the interval/),
        ...(decision === 'promoted' ? ['Blessed: a server answers 80 test users as evaluated.'] : []),
        expect.stringMatching(outcome),
      ]);
      expect(world.asked).toMatchObject([
        { reason: expect.stringMatching(outcome), evidence: { compared_with: '3', stand_in_run_id: 'run-champion-3' } },
      ]);
    },
  );

  it.each([
    ['nothing is recorded', stepsOn({ kind: 'none', reason: 'its run has no config.json' }, 0), 'no config.json'],
    [
      'the training fails',
      stepsOn(RECORDED, 0, {
        openTrial: async ({ trialId }) => {
          if (trialId === 'champion-3') {
            throw ApplicationFailure.nonRetryable('no room', 'DISK_FULL');
          }
          return { kind: 'open', runId: 'run', codeDigest: 'code', warmStartRunId: null };
        },
      }),
      'training its recorded settings failed',
    ],
  ])('a person decides where %s', async (_case, world, reason) => {
    const verdict = await judge(world);
    expect(verdict).toMatchObject({ decision: 'awaiting_approval', champion: null, champion_stand_in: null });
    expect(verdict.reasons.at(-1)).toContain('Awaits approval, which would supersede it: the champion, version 3');
    expect(verdict.reasons.at(-1)).toContain(reason);
  });

  it('a stand-in that is the candidate itself leaves nothing to compare: the candidate takes the place', async () => {
    const world = stepsOn(RECORDED, 0, {
      openTrial: async () => ({ kind: 'open', runId: 'the same', codeDigest: 'code', warmStartRunId: null }),
    });
    const verdict = await judge(world);
    expect(verdict.decision).toBe('promoted');
    expect(verdict.reasons.at(-1)).toContain('its recorded settings, trained on this data, give this candidate');
    expect(world.asked[0]?.evidence).not.toHaveProperty('stand_in_run_id');
    expect(world.evaluated).toHaveLength(1);
  });

  it('keeps the champion, or supersedes it for a reason, without a training', async () => {
    const kept = stepsOn(RECORDED, 0.2);
    expect(await judge(kept, { unreadable_champion: 'keep' })).toMatchObject({ decision: 'rejected' });
    const superseded = await judge(kept, { unreadable_champion: 'supersede', supersede_reason: 'the store burned' });
    expect(superseded.decision).toBe('promoted');
    expect(superseded.reasons.at(-1)).toContain('it is superseded: the store burned');
    expect(kept.asked).toMatchObject([
      { kind: 'reject', candidate: '4' },
      { kind: 'promote', candidate: '4', comparedWith: '3', supersedes: true },
    ]);
    expect(kept.opened.map(({ trialId }) => trialId)).toEqual(['trial-000', 'trial-000']);
  });

  it.each([
    [0.2, 'promoted', '2', /^Approved by ana: better than 8$/],
    [0.38, 'rejected', '9', /^Not promoted: the gain of 0\.020 over the stand-in for version 9 \(run run-champion-9\)/],
  ] as const)(
    'an approval after an unreadable version became champion is held against its settings first: %d, %s',
    async (standIn, decision, champion, outcome) => {
      const model = createOwnedModel({ aliases: { champion: '8' } });
      const opened: OpenTrialRequest[] = [];
      const steps: typeof model.steps = {
        ...model.steps,
        readChampionSettings: async () => RECORDED,
        openTrial: async (request) => {
          opened.push(request);
          return model.steps.openTrial(request);
        },
        evaluateBest: async (request) => {
          if (model.registry.aliases.champion === '8') {
            return model.steps.evaluateBest(request);
          }
          const test = { model: evaluationSummary(0.4), baselines: {} };
          return request.standIn === undefined
            ? { test, champion: null, ci: null, comparedWith: '9', championProblem: REASON }
            : { test, ...besideStandIn('9', standIn, request.standIn) };
        },
      };
      await server.withWorkers(steps, async (client) => {
        const { gate } = await (await model.start(client, { approval: 'manual' })).result();
        expect([gate.decision, gate.compared_with]).toEqual(['awaiting_approval', '8']);
        model.registry.aliases.champion = '9';
        const { verdict } = await createRegistryClient(client).decide(model.modelName, {
          ...{
            request: 'a',
            candidate: null,
            experimentId: null,
            isApproved: true,
            by: 'ana',
            reason: 'better than 8',
          },
        });
        expect(verdict).toMatchObject({
          ...{ decision, compared_with: '9', champion_problem: null },
          champion_stand_in: { run_id: 'run-champion-9', reason: REASON },
        });
        expect(verdict.reasons.at(-1)).toMatch(outcome);
      });
      expect(model.registry.aliases.champion).toBe(champion);
      expect(opened.at(-1)).toMatchObject({
        ...{ trialId: 'champion-9', parentRunId: 'parent', mayReuse: true },
        settings: { seed: 77 },
      });
    },
  );

  it.each([
    ['retrain', '8', { kind: 'refused' }],
    ['keep', '9', { decision: 'rejected' }],
    ['supersede', '2', { decision: 'promoted' }],
  ] as const)(
    'an approval beside a new champion that nothing stands in for follows gate.unreadable_champion: %s',
    async (way, champion, expected) => {
      const model = createOwnedModel({ aliases: { champion: '8' } });
      const steps: typeof model.steps = {
        ...model.steps,
        readChampionSettings: async () => ({ kind: 'none', reason: 'its run has no config.json' }),
        evaluateBest: async (request) =>
          model.registry.aliases.champion === '8'
            ? model.steps.evaluateBest(request)
            : {
                ...{ test: { model: evaluationSummary(0.4), baselines: {} }, champion: null, ci: null },
                ...{ comparedWith: '9', championProblem: REASON },
              },
      };
      await server.withWorkers(steps, async (client) => {
        const gate = { approval: 'manual', unreadable_champion: way, supersede_reason: 'the store burned' } as const;
        await (await model.start(client, gate)).result();
        model.registry.aliases.champion = '9';
        const registry = createRegistryClient(client);
        const asked = { candidate: null, experimentId: null, by: 'ana', reason: 'better than 8' };
        const answer = registry.decide(model.modelName, { ...asked, request: 'a', isApproved: true });
        if (way !== 'retrain') {
          expect(await answer).toMatchObject({ verdict: expected });
          return;
        }
        await expect(answer).rejects.toMatchObject({
          code: 'MOVE_REFUSED',
          message: expect.stringContaining('Version 9 has become champion since the question was asked'),
          hint: expect.stringContaining(`tt-exp models promote ${model.modelName}/2`),
        });
        expect((await registry.view(model.modelName))?.question?.candidate).toBe('2');
        await registry.decide(model.modelName, { ...asked, request: 'b', isApproved: false });
      });
      expect(model.registry.aliases.champion).toBe(way === 'retrain' ? '9' : champion);
    },
  );

  it('trains nothing for a candidate below the minimum', async () => {
    const world = stepsOn(RECORDED, 0.2);
    expect(await judge(world, { min_ndcg_at_10: 0.5 })).toMatchObject({ decision: 'rejected' });
    expect(world.opened.map(({ trialId }) => trialId)).toEqual(['trial-000']);
  });
});
