import { describe, expect, it } from 'vitest';
import type { TrialView } from '../../../contracts/trial.ts';
import { pickBestTrial } from '../../../policy/selection.ts';
import { countTrials, planTrials, trialSettings } from '../../../policy/trial-plan.ts';
import { resolvedConfig, trainingResult } from '../../support/experiment-fixtures.ts';
import { trialView } from '../../support/experiment-views.ts';

const sweep = resolvedConfig().sweep;

describe('policy/trial-plan', () => {
  it('an experiment without a sweep has exactly one trial with the settings of the config', () => {
    const config = resolvedConfig({ sweep: null });
    const { preflight: _, ...training } = config.training;
    expect(planTrials(config)).toEqual([
      {
        trialId: 'trial-000',
        params: {},
        settings: { seed: 7, model: config.model, training, relevanceThreshold: 0.4 },
      },
    ]);
  });

  it('checks before a training are no part of what determines its result', () => {
    const config = resolvedConfig({ sweep: null });
    const unchecked = resolvedConfig({ sweep: null, training: { ...config.training, preflight: false } });
    expect(planTrials(unchecked)).toEqual(planTrials(config));
  });

  it('puts parameters into their sections', () => {
    const config = resolvedConfig({
      sweep: sweep && {
        ...sweep,
        space: { 'model.hidden_dims': { choice: [[8], [4, 2]] }, 'training.learning_rate': { choice: [0.1, 0.2] } },
      },
    });
    const plan = planTrials(config);
    expect(plan.map(({ params }) => params)).toEqual([
      { 'model.hidden_dims': [8], 'training.learning_rate': 0.1 },
      { 'model.hidden_dims': [8], 'training.learning_rate': 0.2 },
      { 'model.hidden_dims': [4, 2], 'training.learning_rate': 0.1 },
      { 'model.hidden_dims': [4, 2], 'training.learning_rate': 0.2 },
    ]);
    expect(plan[3]?.settings.model.hidden_dims).toEqual([4, 2]);
    expect(plan[3]?.settings.training.learning_rate).toBe(0.2);
    expect(plan[3]?.settings.training.batch_size).toBe(64);
  });

  it('a deeper key reaches its place and leaves its neighbours and the config alone', () => {
    const config = resolvedConfig();
    const model = { ...config.model, tower: { width: 1, depth: 2 } };
    const changed = trialSettings({ ...config, model }, { 'model.tower.width': 3, 'model.other.width': 4 });
    expect(changed.model).toMatchObject({ tower: { width: 3, depth: 2 }, other: { width: 4 }, embedding_dim: 8 });
    expect(model.tower.width).toBe(1);
  });

  it('fixed values are settings of every trial, not parameters', () => {
    const fixed = { 'training.num_epochs': 9 };
    const [first] = planTrials(resolvedConfig({ sweep: sweep && { ...sweep, fixed } }));
    expect(first?.settings.training).toMatchObject({ num_epochs: 9, learning_rate: 0.1 });
    expect(first?.params).toEqual({ 'training.learning_rate': 0.1 });
  });

  it('enqueued trials come first, completed by the values of the config, and are not repeated', () => {
    const enqueue = [{ 'model.embedding_dim': 4 }, { 'training.learning_rate': 0.3 }];
    const base = { 'training.learning_rate': 0.001 };
    const plan = planTrials(resolvedConfig({ sweep: sweep && { ...sweep, enqueue, base } }));
    expect(plan.map(({ params }) => params)).toEqual([
      { 'model.embedding_dim': 4, 'training.learning_rate': 0.001 },
      { 'training.learning_rate': 0.3 },
      { 'training.learning_rate': 0.1 },
      { 'training.learning_rate': 0.2 },
      { 'training.learning_rate': 0.4 },
    ]);
    expect(countTrials(resolvedConfig({ sweep: sweep && { ...sweep, enqueue, base } }))).toBe(5);
  });

  it('where trials follow from outcomes, the plan has the first ones and counts all', () => {
    const space = { 'training.learning_rate': { float: { low: 0.1, high: 0.2 } } };
    const tpe = { startup_trials: 4, candidates: 24, proposal_lag: 8 };
    const config = resolvedConfig({ sweep: sweep && { ...sweep, sampler: 'tpe', space, tpe, max_trials: 30 } });
    expect(planTrials(config)).toHaveLength(4);
    expect(countTrials(config)).toBe(30);
  });

  it('refuses a space without a point', () => {
    const config = resolvedConfig({ sweep: sweep && { ...sweep, space: {} } });
    expect(() => planTrials(config)).toThrow(expect.objectContaining({ code: 'SPACE_EMPTY' }));
  });
});

describe('policy/selection', () => {
  const view = (trialId: string, ndcg: number, status: TrialView['status']) =>
    trialView(0, { trialId, status, result: trainingResult(ndcg) });

  it('policy/selection: picks the highest validation NDCG@10, the earlier trial on a tie, never a failed one', () => {
    const trials = [
      view('a', 0.3, 'completed'),
      view('b', 0.5, 'cached'),
      view('c', 0.5, 'completed'),
      view('d', 0.9, 'failed'),
    ];
    expect(pickBestTrial(trials, 'maximise')?.trialId).toBe('b');
    expect(pickBestTrial([], 'maximise')).toBeNull();
  });
});
