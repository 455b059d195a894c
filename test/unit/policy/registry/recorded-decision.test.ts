import { describe, expect, it } from 'vitest';
import type { LedgerAction, LedgerEntry } from '../../../../contracts/ledger.ts';
import {
  answerKindOf,
  decisionSentence,
  isRejectedAfterApproval,
  lastAnswer,
} from '../../../../policy/registry/recorded-decision.ts';

type Move = readonly [action: LedgerAction, from: string | null, to: string | null, actor: string, request?: string];

const ledger = (...moves: readonly Move[]): readonly LedgerEntry[] =>
  moves.map(([action, from, to, actor, request = 'r'], place) => ({
    ...{ seq: place + 1, at: `2026-11-0${place + 1}T12:00:00.000Z`, actor, action, from, to },
    ...{ alias: 'champion', reason: `why ${place + 1}`, request, previous_digest: null, digest: 'd' },
    evidence: { experiment_id: 'sweep-0123456789' },
  }));

const EXPERIMENT = 'sweep-0123456789';

/** As the gate rejects what ana had approved. */
const afterApproval: LedgerEntry = {
  ...{ seq: 1, at: '2026-11-01T12:00:00.000Z', actor: EXPERIMENT, action: 'reject', from: '2', to: null },
  ...{ alias: 'challenger', reason: 'a loss', request: 'ana/approve/u/2', previous_digest: null, digest: 'd' },
  evidence: { approved_by: 'ana', approval_reason: 'still ok?' },
};

const one = (...move: Move): string => ledger(move).map(decisionSentence).join('');

describe('decisionSentence', () => {
  it.each<readonly [Move, string]>([
    [['promote', '1', '2', 'ana', 'ana/approve/u/1'], 'Approved by ana on'],
    [['supersede', '1', '2', 'ana', 'ana/approve/u/1'], 'Approved by ana on'],
    [['reject', '2', null, 'ana', 'ana/reject/u'], 'Rejected by ana on'],
    [['reject', '2', null, 'ana', 'ana/approve/u/2'], 'Rejected by the gate, after ana had approved it, on'],
    [['reject', '2', null, 'tt-exp', 'expiry/parent'], 'Rejected by tt-exp on'],
    [['promote', '1', '2', 'ben', 'ben/promote/u'], 'Promoted by ben on'],
    [['promote', '1', '2', EXPERIMENT], 'Promoted by the gate on'],
    [['rollback', '3', '2', 'ben'], 'Made champion again by ben on'],
    [['archive', '2', null, 'ben'], 'Archived by ben on'],
    [['challenge', null, '2', 'ben'], 'Tried online by ben on'],
    [['adopt', '1', '2', 'MLflow'], 'Made champion by hand in MLflow, on'],
  ])('%j', (move, beginning) => {
    expect(one(...move)).toBe(`${beginning} 2026-11-01 12:00:00 UTC: why 1`);
  });
});

describe('a rejection by the gate that follows an approval', () => {
  it('is an answer to the question, by whoever had approved, and the sentence says so', () => {
    expect(answerKindOf(afterApproval)).toBe('approve');
    expect(isRejectedAfterApproval(afterApproval)).toBe(true);
    expect(decisionSentence(afterApproval)).toBe(
      'Rejected by the gate, after ana had approved it, on 2026-11-01 12:00:00 UTC: a loss',
    );
  });
});

describe('lastAnswer', () => {
  const entries = ledger(
    ['promote', null, '1', EXPERIMENT],
    ['promote', '1', '2', 'ana', 'ana/approve/u/1'],
    ['reject', '3', null, 'ben', 'ben/reject/v'],
    ['promote', '2', '1', 'ben', 'ben/promote/w'],
  );

  it('is the answer about the version, the experiment or the model; else the last decision', () => {
    const seqOf = (candidate: string | null, experimentId: string | null = null) =>
      lastAnswer(entries, { candidate, experimentId })?.seq;
    expect([seqOf('2'), seqOf(null, EXPERIMENT), seqOf(null), seqOf('1'), seqOf('7')]).toEqual([2, 3, 3, 4, undefined]);
    expect(seqOf(null, 'other-0123456789')).toBeUndefined();
  });
});
