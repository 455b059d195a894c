import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createRegistryActivities } from '../../../activities/registry.ts';
import { type DecidedVerdict, GATE_NOT_RUN, type GateVerdict } from '../../../contracts/gate.ts';
import { gateRequest } from '../../../policy/registry/gate-request.ts';
import type { RegistryChanged } from '../../../registry/ledger/change-registry.ts';
import { createReports } from '../../../reports/create-reports.ts';
import { type AliasRegistry, createAliasRegistry } from '../../support/alias-registry.ts';
import { resolvedConfig } from '../../support/experiment-fixtures.ts';

const side = (version: string) => ({ version, run_id: `run-${version}`, ndcg_at_10: 0.4 });

const verdictOn = (
  version: string,
  decision: DecidedVerdict['decision'],
  comparedWith: string | null,
): DecidedVerdict => ({
  ...GATE_NOT_RUN,
  decision,
  reasons: ['why'],
  candidate: side(version),
  champion: comparedWith === null ? null : side(comparedWith),
  compared_with: comparedWith,
});

const activitiesOf = ({ tracking }: AliasRegistry, isCurrent = true) =>
  createRegistryActivities({
    tracking,
    workspace: { trialFolder: async () => '', modelFolder: async () => '' },
    attempts: { confirm: async () => isCurrent },
    reports: createReports(),
    clocks: { monotonicMs: () => 0, wallMs: () => 0 },
  });

const question = {
  ...{ experimentId: 'e', parentRunId: 'parent', runId: 'run-2', datasetVersion: 'ds', relevanceThreshold: 0.5 },
  ...{ seed: 1, gate: resolvedConfig().gate, askedAtMs: 0, expiresAtMs: null, notify: null },
};

let asked = 0;

/** As an experiment asks for what the gate has decided. */
const apply = (registry: AliasRegistry, verdict: DecidedVerdict, isCurrent = true): Promise<RegistryChanged> => {
  asked += 1;
  const request = gateRequest(verdict, { request: `gate/${asked}`, question });
  const change = { modelName: 'm', request, manualMoves: 'accept', at: '2026-11-30T08:00:00Z', known: null } as const;
  return new MockActivityEnvironment().run(activitiesOf(registry, isCurrent).changeRegistry, change);
};

describe('activities/registry', () => {
  it.each(['promoted', 'rejected', 'awaiting_approval'] as const)(
    'a verdict against a champion that is none any more moves nothing: %s',
    async (decision) => {
      const registry = createAliasRegistry('m', { champion: '3' });
      const { answer } = await apply(registry, verdictOn('2', decision, '1'));
      expect(answer).toEqual({ kind: 'outdated', champion: '3' });
      expect(registry.moves()).toEqual([]);
    },
  );

  it('a champion whose alias was taken away is no longer the one that was compared with', async () => {
    const { answer } = await apply(createAliasRegistry('m', {}), verdictOn('2', 'promoted', '1'));
    expect(answer).toEqual({ kind: 'outdated', champion: null });
  });

  it('a candidate is challenger while approval is awaited, and no longer after the answer', async () => {
    const registry = createAliasRegistry('m', { champion: '1' });
    await apply(registry, verdictOn('2', 'awaiting_approval', '1'));
    expect(registry.aliases).toEqual({ champion: '1', challenger: '2' });
    await apply(registry, verdictOn('2', 'rejected', '1'));
    expect(registry.aliases).toEqual({ champion: '1' });
  });

  it('the challenger of another experiment stays', async () => {
    const registry = createAliasRegistry('m', { champion: '1', challenger: '3' });
    await apply(registry, verdictOn('2', 'promoted', '1'));
    expect(registry.aliases).toEqual({ champion: '2', previous: '1', challenger: '3' });
  });

  it('a candidate that is the champion already moves nothing and keeps its tags', async () => {
    const registry = createAliasRegistry('m', { champion: '2' });
    registry.addRun('run-2', { tags: { 'tt.gate_reasons': 'earlier' } });
    registry.addRun('parent');
    const verdict = verdictOn('2', 'promoted', '2');
    expect((await apply(registry, verdict)).answer).toMatchObject({ kind: 'done', entry: null });
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
    const request = { parentRunId: 'parent', runId: 'run-2', modelName: 'm', verdict };
    await new MockActivityEnvironment().run(activitiesOf(registry).recordVerdict, request);
    const { tags } = registry.runOf('parent');
    expect(tags['tt.gate_model']).toBe('m');
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
    await expect(apply(registry, verdictOn('2', 'promoted', '1'), false)).rejects.toMatchObject({
      code: 'ATTEMPT_SUPERSEDED',
    });
    expect(registry.moves()).toEqual([]);
  });
});
