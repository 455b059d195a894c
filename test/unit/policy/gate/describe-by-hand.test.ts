import { describe, expect, it } from 'vitest';
import { decideGate } from '../../../../policy/gate/decide-gate.ts';
import { alsoLeftOut, describeByHand } from '../../../../policy/gate/describe-by-hand.ts';
import type { GateEvidence } from '../../../../policy/gate/gate-evidence.ts';
import { resolvedConfig } from '../../../support/experiment-fixtures.ts';

const gate = { ...resolvedConfig().gate, min_ndcg_at_10: 0.3 };

const evidence: GateEvidence = {
  candidate: { version: '3', run_id: 'run-3', ndcg_at_10: 0.4 },
  champion: { version: '1', run_id: 'run-1', ndcg_at_10: 0.3 },
  ci: { mean: 0.1, low: 0.05, high: 0.15, confidence: 0.95 },
  ...{ pairedTest: null, dcg: null, guards: [], ancestor: null, comparedWith: '1', championProblem: null },
};

const nobody = { champion: null, ci: null, comparedWith: null };
const unreadable = { champion: null, ci: null, championProblem: 'its files are gone' };

describe('policy/gate/describe-by-hand', () => {
  it.each([
    ['better', {}, {}, /^would have been promoted: .*version 1.*[^.]$/],
    [
      'worse',
      {},
      { ci: { mean: -0.1, low: -0.2, high: -0.05, confidence: 0.95 } },
      /^would have been rejected because /,
    ],
    [
      'below the minimum',
      {},
      { candidate: { ...evidence.candidate, ndcg_at_10: 0.1 } },
      /^would have been rejected because test NDCG@10 0\.1\d* is below the minimum 0\.3\d*$/,
    ],
    ['without a champion', {}, nobody, /^would have been promoted: there is no champion to compare with$/],
    ['where a person decides', { approval: 'manual' }, {}, /^would have awaited approval: .*version 1/],
    [
      'beside one that nobody can evaluate',
      {},
      unreadable,
      /^would have awaited approval, which .*its files are gone$/,
    ],
    [
      'of the same model',
      {},
      { champion: { version: '1', run_id: 'run-3', ndcg_at_10: 0.4 }, ci: null },
      /^would have been promoted: its model is that of version 1, champion before it$/,
    ],
  ] as const)('%s', (_case, settings, change, text) => {
    const verdict = decideGate({ ...gate, ...settings }, { ...evidence, ...change });
    expect(describeByHand(verdict)).toMatch(text);
  });

  it('says what the gate would have asked for beyond one evaluation', () => {
    const said = (settings: Partial<typeof gate>, change: Partial<GateEvidence> = {}, isDefault = false) => {
      const asked = { ...gate, ...settings };
      return alsoLeftOut({ gate: asked, isDefault }, decideGate(asked, { ...evidence, ...change }));
    };
    expect(said({})).toBe('');
    expect(said({ replicates: 3 })).toBe('; without the 2 replicates that gate.replicates asks for');
    // Without an interval there is nothing that they would be in.
    expect(said({ replicates: 3 }, nobody)).toBe('');
    expect(said({}, unreadable)).toBe('; no stand-in was trained, as gate.unreadable_champion asks for');
    expect(said({ unreadable_champion: 'keep' }, unreadable)).toBe('');
    expect(said({}, {}, true)).toBe('; by the default settings, since no experiment of it has any that can be read');
  });
});
