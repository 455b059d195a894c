import { expect, test } from 'vitest';
import { defaultConfig } from '../../../config/load.ts';
import { recordedGate } from '../../../config/recorded-gate.ts';
import { resolvedConfig } from '../../support/experiment-fixtures.ts';

const defaults = (({ gate, seed, evaluation }) => ({ gate, seed, relevanceThreshold: evaluation.relevance_threshold }))(
  defaultConfig('defaults'),
);

test('what an experiment has kept comes back, completed', () => {
  const config = resolvedConfig({ seed: 7 });
  const gate = { ...config.gate, rule: 'non_inferior' as const, margin: 0.02, min_ndcg_at_10: 0.123 };
  expect(recordedGate([JSON.stringify({ ...config, gate })])).toMatchObject({ gate, seed: 7, isDefault: false });
  const { manual_moves: _, ...earlier } = gate;
  expect(recordedGate([JSON.stringify({ ...config, gate: earlier })]).gate).toEqual({
    ...gate,
    manual_moves: 'accept',
  });
});

test.each([
  ['nothing', []],
  ['no JSON', ['{']],
  ["a trial's settings, without a gate", ['{"seed": 7}']],
  ['a gate that this version does not know', ['{"seed": 7, "gate": {"rule": "oracle"}}']],
])('of %s the defaults hold', (_, texts) => {
  expect(recordedGate(texts)).toEqual({ ...defaults, isDefault: true });
});

test('the first that can be read counts', () => {
  const texts = [0.8, 0.9].map((confidence) => JSON.stringify({ gate: { confidence } }));
  expect(recordedGate(['{', ...texts]).gate.confidence).toBe(0.8);
});
