import { describe, expect, it } from 'vitest';
import { findGateSettings } from '../../../local/gate-settings.ts';
import { resolvedConfig } from '../../support/experiment-fixtures.ts';

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
});

const find = (text: string | null, runId: string | null = 'trial', set: readonly string[] = []) =>
  findGateSettings(trackingOf(text), { runId }, { settings: { kind: 'recorded' }, set });

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
    expect(
      await findGateSettings(trackingOf(TEXT), { runId: 'trial' }, { settings, set: ['gate.margin=0.02'] }),
    ).toEqual({
      ...{ ...given, modelName: null },
      origin: { source: 'config', name: 'a.json', reason: null, set: ['gate.margin=0.02'] },
    });
  });
});
