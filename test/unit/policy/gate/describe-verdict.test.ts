import { describe, expect, it } from 'vitest';
import type { GateRule } from '../../../../contracts/gate.ts';
import { comparisonSentence, ruleText } from '../../../../policy/gate/describe-verdict.ts';
import { percentText, probabilityText } from '../../../../policy/gate/rules/gate-text.ts';
import { comparedVerdict } from '../../../support/gate-verdicts.ts';

describe('policy/gate/describe-verdict', () => {
  it('says both models, the difference and its interval in one sentence; nothing where nothing was compared', () => {
    const interval = 'difference +0.0100 (95 % interval -0.0050 to +0.0250).';
    expect(comparisonSentence(comparedVerdict())).toBe(`NDCG@10: candidate 0.3100, champion 0.3000, ${interval}`);
    expect(comparisonSentence(comparedVerdict({ ci: null }))).toBeNull();
    expect(comparisonSentence(comparedVerdict({ champion: null }))).toBeNull();
  });

  it('names the trainings whose mean the difference is of, and the stand-in', () => {
    const candidate = { version: '4', run_id: 'run-of-4', ndcg_at_10: 0.35 };
    const verdict = comparedVerdict({
      ...{ candidate, seed_noise: { replicates: 3, sd: 0.02 } },
      champion_stand_in: { run_id: 'in-place', reason: 'gone' },
    });
    // 0.3 and the difference of 0.01.
    expect(comparisonSentence(verdict)).toContain(
      'candidate 0.3500 (mean of 3 trainings 0.3100), stand-in for version 3 0.3000, difference +0.0100',
    );
  });

  it.each([
    ['minimum', '>=', 0.31, 0.1, ['NDCG@10', '0.3100', '≥ 0.1000']],
    ['superior', '>', -0.005, 0, ['low end of interval', '-0.0050', '> 0.0000']],
    ['non_inferior', '>', -0.02, -0.01, ['low end of interval', '-0.0200', '> -0.0100']],
    ['ancestor', '>', 0.1, -0.01, ['low end of interval', '0.1000', '> -0.0100']],
    ['permutation', '<=', 0.05004, 0.05, ['two-sided p', '0.05004', '≤ 0.05000']],
    ['guard:recall_at_10', '<=', 0.00002, 0.025, ['adjusted p', '< 0.0001', '≤ 0.0250']],
    ['guard:user.country=de', '<=', 0.6, 0.025, ['adjusted p', '0.6000', '≤ 0.0250']],
    ['guard:coverage', '<=', 0.02, 0.01, ['worse by', '0.0200', '≤ 0.0100']],
    ['guard:coverage', '<=', null, 0.01, ['worse by', '–', '≤ 0.0100']],
    ['dcg', null, 0.3, 0, ['difference in DCG@10', '0.3000', 'not opposite']],
  ] as const)(
    '%s says what its value is and how it has to be, in earlier verdicts too',
    (name, comparison, value, bound, texts) => {
      const rule: GateRule = { name, passed: false, value, bound, reason: '' };
      for (const { measure, value: figure, bound: limit } of [
        ruleText({ ...rule, comparison }, { margin_p_value: null }),
        ruleText(rule, { margin_p_value: null }),
      ]) {
        expect([measure, figure, limit]).toEqual(texts);
      }
    },
  );

  it('an ancestor that its permutation test refuses has a p-value', () => {
    const rule: GateRule = { name: 'ancestor', passed: false, value: 0.2, comparison: '<=', bound: 0.025, reason: '' };
    const texts = { measure: 'p of the margin', value: '0.2000', bound: '≤ 0.0250' };
    expect(ruleText(rule, { margin_p_value: 0.01 })).toEqual(texts);
  });

  it('a permutation test of a margin is not taken for that of no difference', () => {
    const rule: GateRule = { name: 'permutation', passed: true, value: 0, comparison: '<=', bound: 0.025, reason: '' };
    const texts = { measure: 'p of the margin', value: '< 0.0001', bound: '≤ 0.0250' };
    expect(ruleText(rule, { margin_p_value: 0 })).toEqual(texts);
  });

  it('a permutation test that fails by its direction says so', () => {
    const rule: GateRule = {
      name: 'permutation',
      passed: false,
      value: 0.01,
      comparison: '<=',
      bound: 0.05,
      reason: '',
    };
    expect(ruleText(rule, { margin_p_value: null }).measure).toBe('two-sided p, of no gain');
    expect(ruleText({ ...rule, value: 0.06 }, { margin_p_value: null }).measure).toBe('two-sided p');
    expect(ruleText({ ...rule, passed: true }, { margin_p_value: null }).measure).toBe('two-sided p');
  });

  it('a p-value is written in one way, with more digits only beside a level that needs them', () => {
    expect([0.19, 0.0001, 0.00009, 0].map((p) => probabilityText(p))).toEqual([
      '0.1900',
      '0.0001',
      '< 0.0001',
      '< 0.0001',
    ]);
    expect(probabilityText(0.00003, 0.00002)).toBe('0.00003');
  });
});

it.each([
  [0.95, '95 %'],
  [0.997787, '99.78 %'],
  [0.99996, '99.996 %'],
  [0.00001, '0.001 %'],
  [1, '100 %'],
  [0, '0 %'],
])('policy/gate/rules/gate-text: the share %d as %s', (share, text) => {
  expect(percentText(share)).toBe(text);
});
