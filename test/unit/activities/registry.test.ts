import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createRegistryActivities } from '../../../activities/registry.ts';
import { GATE_NOT_RUN, type GateDecision, type GateVerdict } from '../../../contracts/gate.ts';
import type { ApplyGateRequest } from '../../../contracts/steps.ts';
import { createReports } from '../../../reports/create-reports.ts';
import { type AliasRegistry, createAliasRegistry } from '../../support/alias-registry.ts';

const side = (version: string) => ({ version, run_id: `run-${version}`, ndcg_at_10: 0.4 });

const verdictOn = (version: string, decision: GateDecision, comparedWith: string | null): GateVerdict => ({
  ...GATE_NOT_RUN,
  decision,
  reasons: ['why'],
  candidate: side(version),
  champion: comparedWith === null ? null : side(comparedWith),
  compared_with: comparedWith,
});

const requestFor = (verdict: GateVerdict, restsOnChampion = true): ApplyGateRequest => ({
  modelName: 'm',
  version: verdict.candidate?.version ?? '',
  verdict,
  restsOnChampion,
});

const activitiesOf = ({ tracking }: AliasRegistry, isCurrent = true) =>
  createRegistryActivities({
    tracking,
    workspace: { trialFolder: async () => '', modelFolder: async () => '' },
    attempts: { confirm: async () => isCurrent },
    reports: createReports(),
    clocks: { monotonicMs: () => 0, wallMs: () => 0 },
  });

const apply = (registry: AliasRegistry, request: ApplyGateRequest, isCurrent = true) =>
  new MockActivityEnvironment().run(activitiesOf(registry, isCurrent).applyGate, request);

describe('activities/registry', () => {
  it.each([0, 1, 2])(
    'killed after %d of the three moves of a promotion, the next attempt ends as one would',
    async (moves) => {
      const registry = createAliasRegistry('m', { champion: '1', previous: '0', challenger: '2' });
      const request = requestFor(verdictOn('2', 'promoted', '1'));
      registry.crashAfter(moves);
      await expect(apply(registry, request)).rejects.toThrow('killed');
      // What serves is one of the two, and what a rollback returns to is never the candidate.
      expect(['1', '2']).toContain(registry.aliases.champion);
      expect(registry.aliases.previous).not.toBe('2');
      registry.crashAfter(Number.POSITIVE_INFINITY);
      expect(await apply(registry, request)).toEqual({
        kind: 'applied',
        model: { name: 'm', version: '2', aliases: ['champion'] },
      });
      expect(registry.aliases).toEqual({ champion: '2', previous: '1' });
    },
  );

  it.each(['promoted', 'rejected', 'awaiting_approval'] as const)(
    'a verdict against a champion that is none any more moves nothing: %s',
    async (decision) => {
      const registry = createAliasRegistry('m', { champion: '3', previous: '1' });
      const answer = await apply(registry, requestFor(verdictOn('2', decision, '1')));
      expect(answer).toEqual({ kind: 'outdated', champion: '3' });
      expect(registry.moves()).toEqual([]);
    },
  );

  it('a model that was compared with nobody does not replace the one that was promoted meanwhile', async () => {
    const registry = createAliasRegistry('m', { champion: '1' });
    const answer = await apply(registry, requestFor(verdictOn('2', 'promoted', null)));
    expect(answer).toEqual({ kind: 'outdated', champion: '1' });
    expect(registry.aliases).toEqual({ champion: '1' });
  });

  it('a champion whose alias was taken away is no longer the one that was compared with', async () => {
    const registry = createAliasRegistry('m', {});
    const answer = await apply(registry, requestFor(verdictOn('2', 'promoted', '1')));
    expect(answer).toEqual({ kind: 'outdated', champion: null });
  });

  it('a candidate is challenger while approval is awaited, and no longer after the answer', async () => {
    const registry = createAliasRegistry('m', { champion: '1' });
    await apply(registry, requestFor(verdictOn('2', 'awaiting_approval', '1')));
    expect(registry.aliases).toEqual({ champion: '1', challenger: '2' });
    // Somebody's no holds against any champion.
    registry.aliases.champion = '3';
    await apply(registry, requestFor(verdictOn('2', 'rejected', '1'), false));
    expect(registry.aliases).toEqual({ champion: '3' });
  });

  it('the challenger of another experiment stays', async () => {
    const registry = createAliasRegistry('m', { champion: '1', challenger: '3' });
    await apply(registry, requestFor(verdictOn('2', 'promoted', '1')));
    expect(registry.aliases).toEqual({ champion: '2', previous: '1', challenger: '3' });
  });

  it('a candidate that is the champion already moves nothing and keeps its tags', async () => {
    const registry = createAliasRegistry('m', { champion: '2', previous: '1' });
    registry.addRun('run-2', { tags: { 'tt.gate_reasons': 'earlier' } });
    registry.addRun('parent');
    const verdict = verdictOn('2', 'promoted', '2');
    expect(await apply(registry, requestFor(verdict))).toMatchObject({ kind: 'applied' });
    const { recordVerdict } = activitiesOf(registry);
    await new MockActivityEnvironment().run(recordVerdict, { parentRunId: 'parent', runId: 'run-2', verdict });
    expect(registry.moves()).toEqual([]);
    expect(registry.runOf('run-2').tags).toEqual({ 'tt.gate_reasons': 'earlier' });
    expect(registry.runOf('parent').tags).toEqual({ 'tt.gate_decision': 'promoted', 'tt.gate_reasons': '["why"]' });
  });

  it.each([
    ['a comparison', { p_value: 0.012, power: { smallest_lift: 0.03 } }, ['0.012', '0.03']],
    ['an earlier version', { p_value: undefined, power: undefined }, [undefined, undefined]],
  ])('the verdict of %s is recorded with the numbers that it has', async (_, numbers, [p, lift]) => {
    const registry = createAliasRegistry('m', { champion: '1' });
    registry.addRun('parent');
    const verdict = { ...verdictOn('2', 'rejected', '1'), ...numbers } as GateVerdict;
    const request = { parentRunId: 'parent', runId: 'run-2', verdict };
    await new MockActivityEnvironment().run(activitiesOf(registry).recordVerdict, request);
    const { tags } = registry.runOf('parent');
    expect([tags['tt.gate_p_value'], tags['tt.gate_smallest_lift']]).toEqual([p, lift]);
  });

  it('what was measured is logged as metrics of both runs, and what was not is left out', async () => {
    const registry = createAliasRegistry('m', { champion: '1' });
    registry.addRun('parent');
    registry.addRun('run-2');
    const ci = { mean: 0.02, low: 0.01, high: 0.03, confidence: 0.95 };
    const numbers = { ci, p_value: 0.012, effect_size: null, power: { smallest_lift: 0.03 } };
    const verdict = { ...verdictOn('2', 'rejected', '1'), ...numbers };
    const request = { parentRunId: 'parent', runId: 'run-2', verdict, timestampMs: 9 };
    await new MockActivityEnvironment().run(activitiesOf(registry).recordVerdict, request);
    for (const run of ['parent', 'run-2']) {
      const at = { step: 0, timestampMs: 9 };
      expect(registry.runOf(run).points).toEqual([
        { key: 'gate_ndcg_diff', value: 0.02, ...at },
        { key: 'gate_ci_low', value: 0.01, ...at },
        { key: 'gate_ci_high', value: 0.03, ...at },
        { key: 'gate_p_value', value: 0.012, ...at },
        { key: 'gate_smallest_lift', value: 0.03, ...at },
      ]);
    }
  });

  it('an attempt that Temporal has given up moves nothing any more', async () => {
    const registry = createAliasRegistry('m', { champion: '1' });
    const request = requestFor(verdictOn('2', 'promoted', '1'));
    await expect(apply(registry, request, false)).rejects.toMatchObject({ code: 'ATTEMPT_SUPERSEDED' });
    expect(registry.moves()).toEqual([]);
  });
});
