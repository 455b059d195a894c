/** A verdict of a candidate against a champion, for tests of what is made of verdicts. */
import { type DecidedVerdict, GATE_NOT_RUN } from '../../contracts/gate.ts';

export const comparedVerdict = (change: Partial<DecidedVerdict> = {}): DecidedVerdict => ({
  ...GATE_NOT_RUN,
  decision: 'rejected',
  reasons: ['Test NDCG@10 0.310 reaches the minimum 0.100.', 'Not promoted: the gain of 0.010 may be chance.'],
  candidate: { version: '4', run_id: 'run-of-4', ndcg_at_10: 0.31 },
  champion: { version: '3', run_id: 'run-of-3', ndcg_at_10: 0.3 },
  compared_with: '3',
  ci: { mean: 0.01, low: -0.005, high: 0.025, confidence: 0.95 },
  rules: [
    { name: 'minimum', passed: true, value: 0.31, bound: 0.1, reason: 'test NDCG@10 reaches the minimum' },
    { name: 'superior', passed: false, value: -0.005, bound: 0, reason: 'the gain may be chance' },
  ],
  users: 1200,
  p_value: 0.19,
  effect_size: 0.0375,
  power: { smallest_lift: 0.0215 },
  seed_noise: 'not measured',
  ...change,
});
