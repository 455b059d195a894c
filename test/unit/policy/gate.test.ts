import { describe, expect, it } from 'vitest';
import type { GateConfig } from '../../../contracts/experiment-config.ts';
import { decideGate } from '../../../policy/gate.ts';

const config: Required<GateConfig> = {
  model_name: 'm',
  min_ndcg_at_10: 0.3,
  min_improvement: 0.01,
  confidence: 0.95,
  require_approval: false,
};
const candidate = { version: '2', run_id: 'new', ndcg_at_10: 0.45 };
const champion = { version: '1', run_id: 'old', ndcg_at_10: 0.4 };

describe('policy/gate', () => {
  it('policy/gate: promotes the first model that reaches the minimum', () => {
    const verdict = decideGate(config, { candidate, champion: null, ci: null, championProblem: null });
    expect(verdict.decision).toBe('promoted');
    expect(verdict.reasons).toEqual([
      'Test NDCG@10 0.4500 reaches the minimum 0.3000.',
      'There is no champion to compare with.',
    ]);
  });

  it('policy/gate: rejects below the minimum even without a champion', () => {
    const verdict = decideGate(config, {
      candidate: { ...candidate, ndcg_at_10: 0.29 },
      champion: null,
      ci: null,
      championProblem: null,
    });
    expect(verdict.decision).toBe('rejected');
    expect(verdict.reasons).toEqual(['Test NDCG@10 0.2900 is below the minimum 0.3000.']);
  });

  it('policy/gate: promotes only when the lower end of the interval lies above the required improvement', () => {
    const decision = (low: number): string =>
      decideGate(config, {
        candidate,
        champion,
        ci: { mean: 0.05, low, high: 0.09, confidence: 0.95 },
        championProblem: null,
      }).decision;
    expect(decision(0.0101)).toBe('promoted');
    expect(decision(0.01)).toBe('rejected');
    expect(decision(-0.01)).toBe('rejected');
  });

  it('policy/gate: leaves the champion alone when the candidate is the champion', () => {
    const verdict = decideGate(config, {
      candidate: { ...candidate, run_id: 'old' },
      champion,
      ci: null,
      championProblem: null,
    });
    expect(verdict.decision).toBe('rejected');
    expect(verdict.reasons).toEqual(['The candidate is version 1, which is the champion already.']);
  });

  it('policy/gate: awaits approval instead of promoting where the config says so', () => {
    const verdict = decideGate(
      { ...config, require_approval: true },
      { candidate, champion: null, ci: null, championProblem: null },
    );
    expect(verdict.decision).toBe('awaiting_approval');
  });

  it('policy/gate: a champion that cannot rank these data is not replaced', () => {
    const verdict = decideGate(config, { candidate, champion: null, ci: null, championProblem: 'other texts' });
    expect(verdict.decision).toBe('rejected');
    expect(verdict.reasons.at(-1)).toBe('The champion cannot be compared with: other texts.');
  });
});
