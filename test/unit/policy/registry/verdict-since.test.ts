import { describe, expect, it } from 'vitest';
import type { GateDecision } from '../../../../contracts/gate.ts';
import type { LedgerAction, LedgerEntry } from '../../../../contracts/ledger.ts';
import { type KnownSince, verdictSince } from '../../../../policy/registry/verdict-since.ts';
import { comparedVerdict } from '../../../support/gate-verdicts.ts';

type Move = readonly [action: LedgerAction, from: string | null, to: string | null, actor: string];

/** A record a day, from 1 November 2026. */
const ledger = (...moves: readonly Move[]): readonly LedgerEntry[] =>
  moves.map(([action, from, to, actor], place) => ({
    ...{ seq: place + 1, at: `2026-11-0${place + 1}T12:00:00.000Z`, actor, action, from, to },
    alias: action === 'reject' || action === 'challenge' ? 'challenger' : action === 'archive' ? null : 'champion',
    ...{ reason: `why ${place + 1}`, request: 'r', previous_digest: null, digest: 'd', evidence: {} },
  }));

const GATE = 'sweep-0123456789';
const REASON: Record<GateDecision, string> = {
  promoted: 'Promoted: why 1',
  rejected: 'Not promoted: why 1',
  awaiting_approval: 'Awaits approval: it is better.',
  not_run: '',
};

const ended = (decision: 'promoted' | 'rejected' | 'awaiting_approval', change: Partial<KnownSince>) =>
  verdictSince(
    comparedVerdict({
      ...{ candidate: { version: '2', run_id: 'run-2', ndcg_at_10: 0.4 }, decision },
      reasons: ['Test NDCG@10 0.4 reaches the minimum.', REASON[decision]],
    }),
    decision,
    { entries: [], beganAtMs: 0, isDeleted: false, ...change },
  );

/** Decision, last reason and whether it was promoted; null where nothing became of it. */
const since = (decision: 'promoted' | 'rejected' | 'awaiting_approval', ...moves: readonly Move[]) => {
  const found = ended(decision, { entries: ledger(...moves) });
  return found === null ? null : [found.decision, found.reasons.at(-1), found.was_promoted];
};

const PROMOTE: Move = ['promote', null, '2', GATE];
const REJECT: Move = ['reject', '2', null, GATE];

describe('verdictSince', () => {
  it('is nothing where the ledger says the same, or nothing of the version', () => {
    expect(since('rejected', REJECT)).toBeNull();
    expect(since('rejected', ['promote', null, '1', GATE])).toBeNull();
    expect(since('promoted', PROMOTE)).toBeNull();
    expect(since('promoted')).toBeNull();
    expect(since('awaiting_approval')).toBeNull();
    expect(since('rejected', REJECT, ['adopt', null, '2', 'MLflow'], ['revert', '2', null, 'tt-exp'])).toBeNull();
  });

  it('has what was decided of a rejected version later', () => {
    expect(since('rejected', REJECT, ['promote', '1', '2', 'ben'])).toEqual([
      ...['promoted', 'Promoted by ben on 2026-11-02 12:00:00 UTC: why 2', true],
    ]);
    expect(since('rejected', REJECT, ['adopt', '1', '2', 'MLflow'])).toEqual([
      ...['promoted', 'Made champion by hand in MLflow, on 2026-11-02 12:00:00 UTC: why 2', true],
    ]);
    expect(since('rejected', REJECT, ['archive', '2', null, 'ben'])).toEqual([
      ...['archived', 'Archived by ben on 2026-11-02 12:00:00 UTC: why 2', false],
    ]);
  });

  it.each<readonly [string, string, readonly Move[]]>([
    ['another promotion', 'Version 3 took its place. Promoted by the gate on', [['promote', '2', '3', GATE]]],
    ['a rollback', 'Version 1 took its place. Made champion again by ben on', [['rollback', '2', '1', 'ben']]],
    [
      'a move by hand',
      'Version 3 took its place. Made champion by hand in MLflow, on',
      [['adopt', '2', '3', 'MLflow']],
    ],
    ['a removal by hand', 'It is not champion any more since', [['adopt', '2', null, 'MLflow']]],
    [
      'another promotion, after a move by hand that was taken back',
      'Version 3 took its place. Promoted by the gate on',
      [
        ['promote', '2', '3', GATE],
        ['adopt', '3', '2', 'MLflow'],
        ['revert', '2', '3', 'tt-exp'],
      ],
    ],
  ])('says that a promoted version was superseded by %s', (_what, beginning, moves) => {
    const [decision, reason, wasPromoted] = since('promoted', PROMOTE, ...moves) ?? [];
    expect([decision, wasPromoted]).toEqual(['superseded', true]);
    expect(reason).toMatch(new RegExp(`^${beginning} 2026-11-02.*: why 2$`));
  });

  it('is nothing for a champion that was displaced and came back', () => {
    expect(since('promoted', PROMOTE, ['promote', '2', '3', GATE], ['revert', '3', '2', 'tt-exp'])).toBeNull();
    expect(since('promoted', PROMOTE, ['promote', '2', '3', GATE], ['rollback', '3', '2', 'ben'])).toEqual([
      ...['promoted', 'Made champion again by ben on 2026-11-03 12:00:00 UTC: why 3', true],
    ]);
  });

  it('stays superseded or archived where an experiment online then ended with a rejection', () => {
    const replaced = ['promote', '2', '3', GATE] as const;
    const tried = ['challenge', null, '2', 'ben'] as const;
    const lost = ['reject', '2', null, 'ben'] as const;
    const superseded = [
      ...['superseded', 'Version 3 took its place. Promoted by the gate on 2026-11-02 12:00:00 UTC: why 2', true],
    ];
    expect(since('promoted', PROMOTE, replaced, tried, lost)).toEqual(superseded);
    expect(since('promoted', PROMOTE, replaced, tried, ['archive', '2', null, 'ben'], lost)).toEqual([
      ...['archived', 'Archived by ben on 2026-11-04 12:00:00 UTC: why 4', true],
    ]);
    expect(since('rejected', REJECT, tried, ['archive', '2', null, 'ben'], lost)?.[0]).toBe('archived');
    // Champion already when its experiment began.
    const entries = ledger(PROMOTE, replaced, tried, lost);
    const beganAtMs = Date.parse('2026-11-02T00:00:00.000Z');
    expect(ended('promoted', { entries, beganAtMs })?.decision).toBe('superseded');
    expect(since('rejected', REJECT, tried, lost)).toEqual([
      ...['rejected', 'Rejected by ben on 2026-11-03 12:00:00 UTC: why 3', false],
    ]);
  });

  it('says that a version is out of use or gone, and that it was promoted before', () => {
    const moves = [PROMOTE, ['promote', '2', '3', GATE], ['archive', '2', null, 'ben']] as const;
    expect(since('promoted', ...moves)).toEqual([
      ...['archived', 'Archived by ben on 2026-11-03 12:00:00 UTC: why 3', true],
    ]);
    const gone = ['deleted', 'Version 2 was deleted from MLflow.'];
    const deleted = (...of: Parameters<typeof ended>) => {
      const found = ended(of[0], { ...of[1], isDeleted: true });
      return [found?.decision, found?.reasons.at(-1), found?.was_promoted];
    };
    expect(deleted('promoted', { entries: ledger(...moves) })).toEqual([...gone, true]);
    expect(deleted('awaiting_approval', {})).toEqual([...gone, false]);
  });

  it('goes by what was recorded since the experiment began, and by the champion of all records', () => {
    const at = (day: number): number => Date.parse(`2026-11-0${day}T00:00:00.000Z`);
    // Rejected on the first, asked about anew by an experiment of the second.
    const entries = ledger(REJECT, ['promote', null, '3', GATE]);
    expect(ended('awaiting_approval', { entries, beganAtMs: at(2) })).toBeNull();
    expect(ended('awaiting_approval', { entries, beganAtMs: at(1) })?.decision).toBe('rejected');
    // Champion already when its experiment began: there is no record of that.
    const champion = { entries: ledger(PROMOTE, ['promote', '2', '3', 'ben']), beganAtMs: at(2) };
    expect(ended('promoted', champion)).toMatchObject({ decision: 'superseded', was_promoted: true });
    expect(ended('rejected', champion)).toBeNull();
  });

  it('has the answer to a question that its run tells already, without a second sentence', () => {
    const candidate = { version: '2', run_id: 'run-2', ndcg_at_10: 0.4 };
    const answered = (decision: 'promoted' | 'rejected', reason: string, move: Move) =>
      verdictSince(comparedVerdict({ candidate, decision, reasons: [reason] }), 'awaiting_approval', {
        ...{ entries: ledger(move), beganAtMs: 0, isDeleted: false },
      });
    expect(answered('promoted', 'Approved by ana: why 1', ['promote', null, '2', 'ana'])).toMatchObject({
      ...{ decision: 'promoted', reasons: ['Approved by ana: why 1'], was_promoted: true },
    });
    expect(answered('rejected', 'Archived by ana: why 1', ['archive', '2', null, 'ana'])).toMatchObject({
      ...{ decision: 'archived', reasons: ['Archived by ana: why 1'], was_promoted: false },
    });
  });
});
