import { describe, expect, it } from 'vitest';
import type { GuardConfig } from '../../../../contracts/experiment-config.ts';
import type { GuardMeasure } from '../../../../contracts/gate.ts';
import { decideGate } from '../../../../policy/gate/decide-gate.ts';
import { judgeGuards } from '../../../../policy/gate/rules/guards.ts';
import { gateConfig } from '../../../support/experiment-fixtures.ts';

const LEVEL = 0.025;

const measure = (metric: GuardConfig['metric'], change: Partial<GuardMeasure> = {}): GuardMeasure => ({
  ...{ metric, slice: null, candidate: 0.3, champion: 0.31, users: 400, standard_error: 0.01, p_value: 0.001 },
  problem: null,
  ...change,
});

const numberOf = (metric: GuardConfig['metric'], candidate: number | null, champion: number | null): GuardMeasure =>
  measure(metric, { candidate, champion, users: null, standard_error: null, p_value: null });

const judge = (...given: readonly (readonly [tolerance: number, measure: GuardMeasure])[]) =>
  judgeGuards(
    given.map(([tolerance, { metric, slice }]) => ({ metric, tolerance, ...(slice !== null && { slice }) })),
    given.map(([, measured]) => measured).toReversed(),
    LEVEL,
  );

describe('policy/gate/rules/guards', () => {
  it('p-values are adjusted for the number of tested guards, and only for that', () => {
    const { guards, rules } = judge(
      [0.02, measure('recall_at_10', { p_value: 0.02 })],
      [0.02, measure('cold_ndcg_at_10', { p_value: 0.001 })],
      [0.02, measure('hot_ndcg_at_10', { p_value: 0.013 })],
      [0.1, numberOf('coverage', 0.4, 0.45)],
    );
    // Holm: 3 * 0.001, then 2 * 0.013 = 0.026, then 1 * 0.02, which may not be below the one before.
    expect(guards.map(({ adjusted_p }) => adjusted_p)).toEqual([0.026, 0.003, 0.026, null]);
    expect(rules.map(({ name, passed }) => [name, passed])).toEqual([
      ['guard:recall_at_10', false],
      ['guard:cold_ndcg_at_10', true],
      ['guard:hot_ndcg_at_10', false],
      ['guard:coverage', true],
    ]);
  });

  it('a guard that fails says which tolerance its users can show', () => {
    const [rule] = judge([0.02, measure('slice', { slice: 'user.country=de', p_value: 0.2, users: 41 })]).rules;
    expect(rule?.name).toBe('guard:user.country=de');
    // (1.96 + 0.84) standard errors of 0.01.
    expect(rule?.reason).toBe(
      'guard user.country=de: a fall of 0.02 is not ruled out (0.300 beside 0.310 over 41 users, adjusted p 0.2000, at most 0.0250 accepted; these users can show a tolerance of 0.028)',
    );
    const [held] = judge([0.02, measure('recall_at_10')]).rules;
    expect(held?.reason).toBe(
      'guard recall_at_10: a fall of 0.02 is ruled out (0.300 beside 0.310 over 400 users, adjusted p 0.0010, at most 0.0250 accepted)',
    );
  });

  it('of several guards that fail the outcome has a few words each, and each rule its own sentence', () => {
    const guards: readonly GuardConfig[] = [
      { metric: 'recall_at_10', tolerance: 0.02 },
      { metric: 'coverage', tolerance: 0.01 },
      { metric: 'hot_ndcg_at_10', tolerance: 0.02 },
    ];
    const { reasons, rules } = decideGate(gateConfig({ guards: [...guards] }), {
      candidate: { version: '2', run_id: 'new', ndcg_at_10: 0.4, users: 500 },
      champion: { version: '1', run_id: 'old', ndcg_at_10: 0.38 },
      ci: { mean: 0.02, low: 0.01, high: 0.03, confidence: 0.95 },
      pairedTest: { users: 500, p_value: 0.01, effect_size: 0.2, smallest_lift: 0.04, margin_p_value: null },
      ...{ dcg: null, ancestor: null, comparedWith: '1', championProblem: null },
      guards: [
        measure('recall_at_10', { p_value: 0.3 }),
        numberOf('coverage', 0.4, 0.45),
        { ...numberOf('hot_ndcg_at_10', null, null), problem: 'no test user is hot' },
      ],
    });
    expect(reasons.at(-1)).toBe(
      'Not promoted: the gain of 0.020 over version 1 is larger than chance at a level of 2.5 % (95 % interval 0.010 to 0.030 lies above 0), ' +
        'but guard recall_at_10 fails (0.300 beside 0.310, tolerance 0.02); ' +
        'guard coverage fails (0.400 beside 0.450, tolerance 0.01); ' +
        'guard hot_ndcg_at_10 was not measured: no test user is hot.',
    );
    expect(rules.slice(-3)).toMatchObject([
      { name: 'guard:recall_at_10', passed: false, value: 0.3, comparison: '<=', bound: 0.025 },
      { name: 'guard:coverage', passed: false, value: expect.closeTo(0.05, 12), comparison: '<=', bound: 0.01 },
      { name: 'guard:hot_ndcg_at_10', passed: false, value: null, comparison: '<=', bound: 0.025 },
    ]);
  });

  it.each([
    ['coverage', 0.4, 0.45, 0.05],
    ['popularity_share', 0.7, 0.6, 0.1],
    // Shares of the champion's: 11 beside 10 is 10 % more.
    ['model_size_mb', 11, 10, 0.1],
    ['scoring_latency_ms', 12, 10, 0.2],
  ] as const)('%s: %d beside %d is worse by %d, and a better number holds', (metric, candidate, champion, worse) => {
    const passedAt = (tolerance: number, measured: GuardMeasure): boolean | undefined =>
      judge([tolerance, measured]).guards[0]?.passed;
    expect(judge([0, numberOf(metric, candidate, champion)]).guards[0]?.value).toBeCloseTo(worse, 12);
    expect(passedAt(worse, numberOf(metric, candidate, champion))).toBe(true);
    expect(passedAt(worse - 0.001, numberOf(metric, candidate, champion))).toBe(false);
    expect(passedAt(0, numberOf(metric, champion, candidate))).toBe(true);
  });

  it.each([
    ['nobody in the slice', measure('hot_ndcg_at_10', { users: 0, p_value: null, candidate: null, problem: 'nobody' })],
    ['a p-value that got lost', measure('hot_ndcg_at_10', { p_value: null })],
    ['NaN', measure('hot_ndcg_at_10', { p_value: Number.NaN })],
    ['no latency', numberOf('scoring_latency_ms', null, 4)],
    ['a champion of size 0', numberOf('model_size_mb', 4, 0)],
  ])('what was not measured holds nothing: %s', (_, measured) => {
    const { guards, rules } = judge([0.02, measured], [0.02, measure('recall_at_10')]);
    expect(guards.map(({ passed }) => passed)).toEqual([false, true]);
    expect(rules[0]?.reason).toContain('was not measured');
    // The other guard is not adjusted for one that was not tested.
    expect(guards[1]?.adjusted_p).toBe(0.001);
  });

  it('a guard that the evaluation did not look at fails', () => {
    const { rules } = judgeGuards([{ metric: 'recall_at_10', tolerance: 0.02 }], [], LEVEL);
    expect(rules).toMatchObject([{ passed: false, value: null }]);
    expect(rules[0]?.reason).toContain('earlier version');
  });
});
