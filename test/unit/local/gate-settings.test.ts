import { describe, expect, it } from 'vitest';
import type { RegistryRequest } from '../../../contracts/registry-owner.ts';
import { type AskedModel, findGateSettings } from '../../../local/gate-settings.ts';
import { changeRegistry } from '../../../registry/ledger/change-registry.ts';
import { resolvedConfig } from '../../support/experiment-fixtures.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';

const CONFIG = resolvedConfig({ seed: 7 });
const GATE = { ...CONFIG.gate, model_name: 'mine', rule: 'non_inferior' as const, confidence: 0.9 };
const TEXT = JSON.stringify({ ...CONFIG, gate: GATE });

/** A server with a trial, and the run of its experiment, whose config is the text. */
const trackingOf = (text: string | null) => ({
  findRun: async (runId: string) => {
    const tags: Readonly<Record<string, string>> =
      runId === 'trial' ? { 'mlflow.parentRunId': 'parent' } : { 'tt.experiment_id': 'demo-1' };
    return ['trial', 'parent', 'alone'].includes(runId)
      ? { runId, experimentId: '1', status: 'FINISHED' as const, startTimeMs: 0, endTimeMs: 0, tags }
      : null;
  },
  getArtifactText: async (runId: string) => (runId === 'parent' ? text : null),
  findExperiment: async () => null,
  findRuns: async () => [],
  listArtifacts: async () => [],
});

const modelOf = (runId: string | null) => ({ name: runId ?? 'folder', runId, version: null });

const find = (text: string | null, runId: string | null = 'trial', set: readonly string[] = []) =>
  findGateSettings(trackingOf(text), modelOf(runId), { settings: { kind: 'recorded' }, set });

describe('local/gate-settings', () => {
  it("takes those of the model's own experiment, and says so", async () => {
    expect(await find(TEXT)).toEqual({
      ...{ gate: GATE, seed: 7, relevanceThreshold: CONFIG.evaluation.relevance_threshold, modelName: 'mine' },
      origin: { source: 'experiment', name: 'demo-1', reason: null, set: [] },
    });
  });

  it('changes single ones of them; what does not go with them is refused', async () => {
    // Without the recorded rule a margin would be refused.
    const { gate, origin } = await find(TEXT, 'trial', ['gate.margin=0.02']);
    expect(gate).toEqual({ ...GATE, margin: 0.02 });
    expect(origin.set).toEqual(['gate.margin=0.02']);
    await expect(find(TEXT, 'trial', ['gate.min_improvement=0.02'])).rejects.toThrow('gate.min_improvement');
    await expect(find(TEXT, 'trial', ['gate.confidence=2'])).rejects.toThrow('gate.confidence');
  });

  it.each([
    ['a folder', TEXT, null, 'a folder names no experiment'],
    ['a run without an experiment', TEXT, 'alone', 'no experiment has trained the model'],
    ['an experiment without a config', null, 'trial', 'experiment demo-1 has no config.json'],
    ['a config that is none', '{', 'trial', 'config.json of experiment demo-1 cannot be read'],
  ])('of %s the defaults hold, with the reason', async (_case, text, runId, reason) => {
    const { gate, origin, ...rest } = await find(text, runId, ['gate.confidence=0.8']);
    expect(gate).toMatchObject({ model_name: 'two-tower', confidence: 0.8, rule: 'superior' });
    expect(origin).toEqual({ source: 'defaults', name: null, reason, set: ['gate.confidence=0.8'] });
    expect(rest).toEqual({ relevanceThreshold: null, seed: null, modelName: null });
    await expect(find(text, runId, ['gate.confidence=2'])).rejects.toThrow('gate.confidence');
  });

  it('takes those of a config where one is given', async () => {
    const given = { gate: GATE, relevanceThreshold: 0.6, seed: 5 };
    const settings = { kind: 'config' as const, file: 'a.json', ...given };
    expect(await findGateSettings(trackingOf(TEXT), modelOf('trial'), { settings, set: ['gate.margin=0.02'] })).toEqual(
      {
        ...{ ...given, modelName: null },
        origin: { source: 'config', name: 'a.json', reason: null, set: ['gate.margin=0.02'] },
      },
    );
  });
});

describe('local/gate-settings of a trial that another experiment has taken again', () => {
  const [TRAINED, ASKED] = ['first-0123456789', 'second-0123456789'];
  const version = { name: 'other', version: '1', runId: 'trial', aliases: [], tags: { 'tt.experiment_id': ASKED } };

  /** The trial is of the first experiment; the second one has other settings of the gate. */
  const world = async (isAskedThere = true) => {
    const { addRun, addVersion, tracking } = createFakeTracking();
    const parent = async (id: string, minimum: number) => {
      const experimentId = await tracking.ensureExperiment(id.split('-')[0] ?? '');
      addRun(`parent of ${id}`, { experimentId, tags: { 'tt.experiment_id': id, 'tt.kind': 'experiment' } });
      const gate = { ...CONFIG.gate, min_ndcg_at_10: minimum };
      await tracking.putArtifactText(`parent of ${id}`, 'config.json', JSON.stringify({ ...CONFIG, gate }));
    };
    await parent(TRAINED, 0.1);
    if (isAskedThere) {
      await parent(ASKED, 0.2);
    }
    addRun('trial', { tags: { 'tt.experiment_id': TRAINED, 'mlflow.parentRunId': `parent of ${TRAINED}` } });
    const findRun = async (runId: string) => tracking.getRun(runId);
    const ask = (model: AskedModel) =>
      findGateSettings({ ...tracking, findRun }, model, { settings: { kind: 'recorded' }, set: [] });
    return { tracking, addVersion, ask };
  };

  it.each([
    ['a version that the second one registered', { name: 'other/1', runId: 'trial', version }, ASKED, 0.2],
    ['a trial of the second one', { name: `${ASKED}/trial-000`, runId: 'trial', version: null }, ASKED, 0.2],
    ['the run alone', { name: 'trial', runId: 'trial', version: null }, TRAINED, 0.1],
  ])('%s', async (_case, model, experiment, minimum) => {
    const { gate, origin } = await (await world()).ask(model);
    expect([origin.source, origin.name, gate.min_ndcg_at_10]).toEqual(['experiment', experiment, minimum]);
  });

  it('takes the settings of no other experiment where that one is gone', async () => {
    const { origin } = await (await world(false)).ask({ name: 'other/1', runId: 'trial', version });
    expect(origin).toMatchObject({ source: 'defaults', reason: `the run of experiment ${ASKED} is gone` });
  });

  it('goes by the last record about the version, where there is one', async () => {
    const { tracking, addVersion, ask } = await world();
    addVersion('other', 'trial', version.tags);
    const request: RegistryRequest = {
      ...{ kind: 'reject', candidate: '1', request: 'gate/1', actor: TRAINED, reason: 'too low' },
      evidence: { verdict_run_id: `parent of ${TRAINED}` },
    };
    await changeRegistry(tracking, { modelName: 'other', request, at: '2026-11-01T12:00:00.000Z', known: null });
    expect((await ask({ name: 'other/1', runId: 'trial', version })).origin.name).toBe(TRAINED);
  });
});
