import { describe, expect, it } from 'vitest';
import { gateWordOf } from '../../../../client/models/gate-word.ts';
import type { LedgerAction, LedgerEntry } from '../../../../contracts/ledger.ts';
import type { MeasuredRun } from '../../../../contracts/model-catalogue.ts';
import { TAG } from '../../../../contracts/names.ts';

type Move = readonly [action: LedgerAction, from: string | null, to: string | null, actor: string, request?: string];

const ledger = (...moves: readonly Move[]): readonly LedgerEntry[] =>
  moves.map(([action, from, to, actor, request = 'r'], place) => ({
    ...{ seq: place + 1, at: `2026-11-0${place + 1}T12:00:00.000Z`, actor, action, from, to, alias: 'champion' },
    ...{ reason: `why ${place + 1}`, request, previous_digest: null, digest: 'd', evidence: {} },
  }));

const GATE = 'sweep-0123456789';
const REJECTED: Move = ['reject', '2', null, GATE];
const BY_HAND: readonly Move[] = [
  ['promote', '1', '2', 'ana', 'ana/promote/u'],
  ['rollback', '2', '1', 'ana', 'ana/rollback/v'],
];

const tagged = (decision: string, reasons: readonly string[], model = 'two-tower'): MeasuredRun => ({
  ...{ runId: 'run-2', experimentId: '1', isDeleted: false, artifactUri: '', metrics: {} },
  tags: { [TAG.gateDecision]: decision, [TAG.gateReasons]: JSON.stringify(reasons), [TAG.gateModel]: model },
});

const wordOf = (run: MeasuredRun | undefined, moves: readonly Move[], ledgerProblem: string | null = null) =>
  gateWordOf({ names: ['two-tower'], ledgerProblem, entries: ledger(...moves) }, '2', run);

describe('client/models/gate-word', () => {
  it('is the rejection also after the version was champion by hand, and where the ledger cannot be relied on', () => {
    const rejected = { decision: 'rejected', reasons: ['worse'] };
    expect(wordOf(tagged('rejected', ['worse']), [REJECTED])).toEqual(rejected);
    expect(wordOf(tagged('rejected', ['worse']), [REJECTED, ...BY_HAND])).toEqual(rejected);
    expect(wordOf(tagged('rejected', ['worse']), BY_HAND, 'a record is missing')).toEqual(rejected);
  });

  it('is that it awaits approval where a person has answered', () => {
    const reasons = ['Awaits approval: better.', 'Rejected by ana: unfair'];
    expect(wordOf(tagged('rejected', reasons), [])).toEqual({ decision: 'awaiting_approval', reasons });
  });

  it('is of the ledger where the run is gone, or has the word about another model', () => {
    const recorded = { decision: 'rejected', reasons: ['why 1'] };
    expect(wordOf(undefined, [REJECTED, ...BY_HAND])).toEqual(recorded);
    expect(wordOf(tagged('promoted', ['better'], 'other'), [REJECTED, ...BY_HAND])).toEqual(recorded);
    expect(wordOf(undefined, [['promote', '1', '2', GATE], ...BY_HAND])?.decision).toBe('promoted');
    expect(wordOf(undefined, [['reject', '2', null, 'ana', 'ana/reject/u']])?.decision).toBe('awaiting_approval');
    expect(wordOf(undefined, [['reject', '2', null, GATE, 'ana/approve/u']])?.decision).toBe('rejected');
  });

  it('is none where moves by hand and experiments online are all there is, or nobody can tell', () => {
    expect(wordOf(undefined, BY_HAND)).toBeNull();
    expect(wordOf(undefined, [['reject', '2', null, 'ana', 'ab-20261101T120000-4f1c/clear']])).toBeNull();
    expect(wordOf(undefined, [REJECTED], 'a record is missing')).toBeNull();
  });
});
