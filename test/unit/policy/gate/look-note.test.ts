import { describe, expect, it } from 'vitest';
import type { GateConfig } from '../../../../contracts/experiment-config.ts';
import { decideGate } from '../../../../policy/gate/decide-gate.ts';
import type { GateEvidence, GateLook } from '../../../../policy/gate/gate-evidence.ts';
import { replayGate } from '../../../../policy/sweep/replay-gate.ts';

const config: Required<GateConfig> = {
  ...{ model_name: 'm', min_ndcg_at_10: 0, rule: 'superior', min_improvement: 0, margin: 0.01 },
  ...{ confidence: 0.95, guards: [], replicates: 1, approval: 'auto', approval_timeout: null, require_approval: false },
  ...{ unreadable_champion: 'retrain', supersede_reason: '', manual_moves: 'accept' },
  ...{ blessing: 'required', blessing_p99_ms: 250 },
};

const pairedTest = (p: number) => ({ users: 350, p_value: p, effect_size: null, smallest_lift: null });

const evidence = (look: GateLook | null, low: number, p = 0.0001): GateEvidence => ({
  candidate: { version: '2', run_id: 'new', ndcg_at_10: 0.45 },
  champion: { version: '1', run_id: 'old', ndcg_at_10: 0.4 },
  ci: { mean: 0.05, low, high: 0.09, confidence: look === null || look.looks === 1 ? 0.95 : 0.994 },
  ...{ pairedTest: pairedTest(p), dcg: null, guards: [], ancestor: null, look },
  ...{ comparedWith: '1', championProblem: null },
});

const third: GateLook = { looks: 3, alpha_spent: 0.0333, shelf_life: 52, is_used_up: false };
const beyond: GateLook = { looks: 53, alpha_spent: 0.05, shelf_life: 52, is_used_up: true };

describe('policy/gate/rules/look-note', () => {
  it('the first look at a test part is counted without a word', () => {
    const first = { looks: 1, alpha_spent: 0.025, shelf_life: 52, is_used_up: false };
    const verdict = decideGate(config, evidence(first, 0.01));
    expect(verdict).toMatchObject({ decision: 'promoted', looks: 1, alpha_spent: 0.025, shelf_life: 52 });
    expect(verdict.reasons).toEqual(decideGate(config, evidence(null, 0.01)).reasons);
    expect(decideGate(config, evidence(null, 0.01)).looks).toBeNull();
  });

  it('a later look says which one it is, and why its interval is wider', () => {
    const { decision, reasons } = decideGate(config, evidence(third, 0.01));
    expect(decision).toBe('promoted');
    expect(reasons[1]).toBe(
      'Look 3 of 52 at these test users: the interval has 99.4 %, so that all looks together promote falsely with a probability of at most 5 % (3.33 % spent).',
    );
  });

  it('far out the permutation test must agree, however many users there are', () => {
    // 1 - 0.994 = 0.006.
    expect(decideGate(config, evidence(third, 0.01, 0.006)).decision).toBe('promoted');
    const { decision, reasons } = decideGate(config, evidence(third, 0.01, 0.0061));
    expect(decision).toBe('rejected');
    expect(reasons.at(-1)).toMatch(/but at a confidence of 99.4 % the permutation test must agree: p 0.0061 is above/);
    expect(decideGate(config, evidence(null, 0.01, 0.9)).decision).toBe('promoted');
  });

  it('a used up test part leaves it to a person, and says what to do', () => {
    const verdict = decideGate(config, evidence(beyond, 0.01));
    expect(verdict).toMatchObject({ decision: 'awaiting_approval', is_used_up: true });
    expect(verdict.reasons[1]).toMatch(/^The test part is used up: its users were looked at 52 times before/);
    expect(verdict.reasons[1]).toMatch(/begins after all events looked at so far/);
    // What does not even pass is no question.
    expect(decideGate(config, evidence(beyond, -0.01)).decision).toBe('rejected');
  });

  it('a verdict keeps what it takes to decide again', () => {
    for (const look of [null, third, beyond]) {
      const [step] = replayGate(config, decideGate(config, evidence(look, 0.01)));
      expect(step?.verdict).toBe('agrees');
    }
  });
});
