import { describe, expect, it } from 'vitest';
import type { AncestorComparison, ConfidenceInterval, GateVerdict } from '../../../../contracts/gate.ts';
import { decideGate } from '../../../../policy/gate/decide-gate.ts';
import type { GateEvidence } from '../../../../policy/gate/gate-evidence.ts';
import { replayGate } from '../../../../policy/sweep/replay-gate.ts';
import { resolvedConfig } from '../../../support/experiment-fixtures.ts';

const { gate } = resolvedConfig();
const nonInferior = { ...gate, rule: 'non_inferior' as const, margin: 0.02 };

const interval = (low: number, mean: number, high: number): ConfidenceInterval => ({
  ...{ mean, low, high, confidence: 0.95 },
});

const evidence = (change: Partial<GateEvidence> = {}): GateEvidence => ({
  candidate: { version: '2', run_id: 'new', ndcg_at_10: 0.4, users: 500 },
  champion: { version: '1', run_id: 'old', ndcg_at_10: 0.4 },
  ...{ ci: interval(0.01, 0.02, 0.03), dcg: interval(0.02, 0.04, 0.06), guards: [], ancestor: null },
  pairedTest: { users: 500, p_value: 0.01, effect_size: 0.2, smallest_lift: 0.04, margin_p_value: 0.001 },
  ...{ comparedWith: '1', championProblem: null },
  ...change,
});

const ancestor = (change: Partial<AncestorComparison> = {}): AncestorComparison => ({
  ...{ version: '0', run_id: 'oldest', ndcg_at_10: 0.41, ci: interval(-0.01, -0.005, 0.005), users: 500 },
  ...{ margin_p_value: 0.001, problem: null },
  ...change,
});

const passed = ({ rules }: GateVerdict): Readonly<Record<string, boolean>> =>
  Object.fromEntries(rules.map((rule) => [rule.name, rule.passed]));

describe('policy/gate: non_inferior', () => {
  it('a loss that the interval rules out is accepted, and one that it reaches is not', () => {
    const at = (low: number) => decideGate(nonInferior, evidence({ ci: interval(low, -0.005, 0.01) }));
    expect(at(-0.0199).decision).toBe('promoted');
    expect(at(-0.0199).reasons.at(-1)).toBe(
      'Promoted: a loss of 0.0200 or more to version 1 is ruled out (difference -0.0050, 95 % interval -0.0199 to 0.0100 lies above -0.0200).',
    );
    expect(at(-0.02).decision).toBe('rejected');
    expect(at(-0.03).reasons.at(-1)).toBe(
      'Not promoted: a loss of 0.020 or more to version 1 is not ruled out (difference -0.005, 95 % interval -0.030 to 0.010 reaches -0.020).',
    );
    // Gains are measured from the accepted loss: 0.04 - 0.02.
    expect(at(-0.01).power?.smallest_lift).toBeCloseTo(0.02, 12);
  });

  it('below 200 users the one-sided permutation test must agree', () => {
    const ask = (users: number, margin_p_value: number) =>
      decideGate(
        nonInferior,
        evidence({ pairedTest: { users, p_value: 0.9, effect_size: 0, smallest_lift: 0.04, margin_p_value } }),
      );
    expect(ask(199, 0.025).decision).toBe('promoted');
    expect(ask(199, 0.026).decision).toBe('rejected');
    expect(ask(200, 0.026).decision).toBe('promoted');
  });

  it('the best champion of the last 12 months is an anchor', () => {
    const held = decideGate(nonInferior, evidence({ ancestor: ancestor() }));
    expect(held.decision).toBe('promoted');
    expect(passed(held)).toMatchObject({ non_inferior: true, ancestor: true });
    const crept = decideGate(nonInferior, evidence({ ancestor: ancestor({ ci: interval(-0.03, -0.02, -0.01) }) }));
    expect(crept.decision).toBe('rejected');
    expect(crept.reasons.at(-1)).toContain(
      'but a loss of 0.020 or more to version 0 (the best champion of the last 12 months) is not ruled out',
    );
    expect(replayGate(nonInferior, crept)).toMatchObject([{ verdict: 'agrees' }]);
    const few = decideGate(nonInferior, evidence({ ancestor: ancestor({ users: 50, margin_p_value: 0.2 }) }));
    expect(passed(few)).toMatchObject({ ancestor: false });
    // It is no question of the rule `superior`.
    expect(passed(decideGate(gate, evidence({ ancestor: ancestor({ ci: null }) })))).not.toHaveProperty('ancestor');
  });

  it('an ancestor that cannot be read holds nobody up, and the verdict says so', () => {
    const unreadable = ancestor({ ci: null, ndcg_at_10: null, problem: 'its files are gone' });
    const verdict = decideGate(nonInferior, evidence({ ancestor: unreadable }));
    expect(verdict.decision).toBe('promoted');
    expect(verdict.reasons).toContain(
      'Not compared with version 0 (the best champion of the last 12 months): its files are gone.',
    );
    expect(verdict.ancestor).toEqual(unreadable);
  });
});

describe('policy/gate: DCG@10', () => {
  it('a sign that differs is told, and fails only where both intervals exclude 0', () => {
    const agreeing = decideGate(gate, evidence());
    expect(agreeing.reasons.filter((reason) => reason.includes('DCG@10 is'))).toEqual([]);
    expect(agreeing.dcg).toEqual(interval(0.02, 0.04, 0.06));
    const differing = decideGate(gate, evidence({ dcg: interval(-0.05, -0.02, 0.01) }));
    expect(differing.decision).toBe('promoted');
    expect(differing.reasons[1]).toBe(
      "Note: the difference in DCG@10 is -0.020 (95 % interval -0.050 to 0.010), that in NDCG@10 0.020: normalising by each user's ideal turns the order.",
    );
    const opposite = decideGate(gate, evidence({ dcg: interval(-0.05, -0.03, -0.01) }));
    expect(opposite.decision).toBe('rejected');
    expect(passed(opposite)).toMatchObject({ superior: true, dcg: false });
    expect(opposite.reasons.at(-1)).toMatch(
      /^Not promoted: the gain .*, but the difference in DCG@10 .*both intervals exclude 0\.$/,
    );
  });
});

describe('policy/gate: guards', () => {
  const guards = [{ metric: 'recall_at_10' as const, tolerance: 0.02 }];
  const measured = (p_value: number) => ({
    ...{ metric: 'recall_at_10' as const, slice: null, candidate: 0.3, champion: 0.31, users: 500, p_value },
    ...{ standard_error: 0.01, problem: null },
  });

  it('one that fails keeps a better candidate out, and is tested at the level of the interval', () => {
    const config = { ...gate, guards };
    expect(decideGate(config, evidence({ guards: [measured(0.025)] })).decision).toBe('promoted');
    const refused = decideGate(config, evidence({ guards: [measured(0.026)] }));
    expect(refused.decision).toBe('rejected');
    expect(refused.reasons.at(-1)).toContain(
      'is larger than chance at a level of 2.5 % (95 % interval 0.010 to 0.030 lies above 0), but guard recall_at_10',
    );
    expect(refused.guards).toMatchObject([{ passed: false, adjusted_p: 0.026, bound: 0.025 }]);
    expect(replayGate(config, refused)).toMatchObject([{ verdict: 'agrees' }]);
  });

  it('a candidate without a champion, or that is the champion, is asked for none', () => {
    const config = { ...gate, guards };
    const first = evidence({ champion: null, ci: null, pairedTest: null, dcg: null, comparedWith: null });
    expect(decideGate(config, first)).toMatchObject({ decision: 'promoted', guards: [] });
    const { candidate } = evidence();
    expect(decideGate(config, evidence({ champion: candidate }))).toMatchObject({ decision: 'promoted', guards: [] });
  });
});

describe('policy/gate: whatever is missing', () => {
  const { candidate } = evidence();
  it.each([
    ['no test user', { candidate: { ...candidate, users: 0, ndcg_at_10: 0 } }, 'no test user has a relevant item'],
    ['an NDCG@10 of NaN', { candidate: { ...candidate, ndcg_at_10: Number.NaN } }, 'it is not a number'],
    ['no interval', { ci: null, pairedTest: null, dcg: null }, 'nothing was measured of the difference'],
    ['an interval of NaN', { ci: interval(Number.NaN, 0.1, 0.2) }, 'nothing was measured of the difference'],
  ])('%s ends in a rejection that says so', (_, change, why) => {
    for (const config of [
      { ...gate, min_ndcg_at_10: 0 },
      { ...nonInferior, min_ndcg_at_10: 0 },
    ]) {
      const verdict = decideGate(config, evidence(change));
      expect(verdict.decision).toBe('rejected');
      expect(verdict.reasons.at(-1)).toContain(why);
      // As it arrives after JSON, which has no NaN.
      const again = decideGate(config, JSON.parse(JSON.stringify(evidence(change))));
      expect(again.reasons).toEqual(verdict.reasons);
    }
  });

  it('no DCG, no p-value and no guards end in the verdict of what is there', () => {
    const bare = evidence({ dcg: null, pairedTest: null });
    expect(decideGate(gate, bare)).toMatchObject({ decision: 'promoted', dcg: null, p_value: null });
    const { rule: _, margin: __, guards: ___, ...before } = gate;
    expect(decideGate(before, bare).reasons).toEqual(decideGate(gate, bare).reasons);
  });
});
