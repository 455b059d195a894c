import { describe, expect, it } from 'vitest';
import { describeGate } from '../../../../policy/gate/describe-gate.ts';
import { resolvedConfig } from '../../../support/experiment-fixtures.ts';

describe('policy/gate/describe-gate', () => {
  it('names the question and the guards', () => {
    const { gate } = resolvedConfig();
    expect(describeGate(gate)).toBe(
      'model fixture-model, test NDCG@10 at least 0.1, improvement over the champion above 0',
    );
    const guards = [
      { metric: 'coverage' as const, tolerance: 0.1 },
      { metric: 'slice' as const, slice: 'user.country=de', tolerance: 0.1 },
    ];
    expect(describeGate({ ...gate, rule: 'non_inferior', margin: 0.02, guards })).toBe(
      'model fixture-model, test NDCG@10 at least 0.1, a loss of 0.02 or more to the champion ruled out, guards coverage, user.country=de',
    );
  });
});
