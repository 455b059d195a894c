import { describe, expect, test } from 'vitest';
import type { LedgerAction, LedgerEntry } from '../../../contracts/ledger.ts';
import type { Aliases } from '../../../contracts/registry-owner.ts';
import { aliasesAfter, entriesUntil } from '../../../policy/registry/as-of.ts';
import { challengerSinceOf, deciderOf, verdictOf } from '../../../policy/registry/version-verdict.ts';

const NONE: Aliases = { champion: null, challenger: null, previous: null };

type Move = readonly [action: LedgerAction, from: string | null, to: string | null];

const entries = (...moves: readonly Move[]): readonly LedgerEntry[] =>
  moves.map(([action, from, to], place) => ({
    ...{ seq: place + 1, at: `2026-11-0${place + 1}T12:00:00.000Z`, actor: 'a', action, from, to, reason: '' },
    alias: action === 'archive' ? null : action === 'reject' || action === 'challenge' ? 'challenger' : 'champion',
    ...{ evidence: {}, request: String(place), previous_digest: null, digest: String(place) },
  }));

describe('policy/registry/version-verdict', () => {
  test.each([
    ['champion by hand against the gate', { champion: '1' }, [], 'rejected', 'promoted'],
    ['promoted by the gate and replaced', { champion: '2' }, [], 'promoted', 'superseded'],
    ['waiting', { challenger: '1' }, [], 'awaiting_approval', 'awaiting_approval'],
    ['waiting until another came', { challenger: '2' }, [], 'awaiting_approval', 'superseded'],
    ['rejected by the gate', {}, [], 'rejected', 'rejected'],
    ['not run', {}, [], 'not_run', 'none'],
    ['registered by somebody else', {}, [], undefined, 'none'],
    [
      'promoted by a person against the gate, and replaced',
      { champion: '2' },
      entries(['promote', null, '1'], ['promote', '1', '2']),
      'rejected',
      'superseded',
    ],
    ['rejected by a person', {}, entries(['reject', '1', null]), undefined, 'rejected'],
    ['tried online', { challenger: '1' }, entries(['challenge', null, '1']), undefined, 'none'],
    [
      'tried online again',
      { challenger: '1' },
      entries(['reject', '1', null], ['challenge', null, '1']),
      undefined,
      'none',
    ],
    [
      'rejected by the gate, and tried online',
      { challenger: '1' },
      entries(['challenge', null, '1']),
      'rejected',
      'none',
    ],
    [
      'rejected after it was tried online',
      {},
      entries(['reject', '1', null], ['challenge', null, '1'], ['reject', '1', null]),
      'rejected',
      'rejected',
    ],
    [
      'promoted by the gate, replaced, and archived while it was tried online',
      { champion: '2' },
      entries(
        ['promote', null, '1'],
        ['promote', '1', '2'],
        ['challenge', null, '1'],
        ['archive', '1', null],
        ['reject', '1', null],
      ),
      'promoted',
      'superseded',
    ],
    [
      'another one is tried online',
      { challenger: '2' },
      entries(['reject', '1', null], ['challenge', null, '2']),
      undefined,
      'rejected',
    ],
    [
      'tried online while it waits',
      { challenger: '1' },
      entries(['challenge', null, '1']),
      'awaiting_approval',
      'awaiting_approval',
    ],
    [
      'rolled back',
      { champion: '2' },
      entries(['promote', '2', '1'], ['rollback', '1', '2']),
      'promoted',
      'superseded',
    ],
  ] as const)('%s', (_case, aliases, records, decision, verdict) => {
    expect(verdictOf({ version: '1', aliases: { ...NONE, ...aliases }, entries: records, decision })).toBe(verdict);
  });
});

describe('policy/registry/version-verdict: who decided', () => {
  const by = (actor: string, move: Move) =>
    deciderOf(
      entries(move).map((entry) => ({ ...entry, actor })),
      '1',
    );

  test('a person, also by archiving what awaited approval; tt-exp where nobody answered; the gate is nobody', () => {
    expect(by('ana', ['archive', '1', null])).toBe('ana');
    expect(by('ana', ['archive', '2', null])).toBeNull();
    expect(by('tt-exp', ['reject', '1', null])).toBe('tt-exp');
    expect(by('demo-0123456789', ['reject', '1', null])).toBeNull();
  });

  test('the gate, where it rejects what a person had approved; also in records that name that person', () => {
    const [record] = entries(['reject', '1', null]);
    const now = { actor: 'demo-0123456789', request: 'ana/approve/u/2', evidence: { approved_by: 'ana' } };
    const former = { actor: 'ana', request: 'ana/approve/u/2' };
    for (const change of [now, former]) {
      expect(deciderOf(record === undefined ? [] : [{ ...record, ...change }], '1')).toBeNull();
    }
    expect(deciderOf(record === undefined ? [] : [{ ...record, ...former, request: 'ana/reject/u' }], '1')).toBe('ana');
  });

  test('where a move by hand was reverted, whoever decided before it', () => {
    const actors = ['ana', 'MLflow', 'tt-exp'];
    const records = entries(['promote', null, '1'], ['adopt', '1', '2'], ['revert', '2', '1']).map((entry, place) => ({
      ...entry,
      actor: actors[place] ?? '',
    }));
    expect([deciderOf(records, '1'), deciderOf(records, '2')]).toEqual(['ana', 'MLflow']);
  });

  test('nobody, where it was tried online since; and it is challenger since then', () => {
    const records = entries(['reject', '1', null], ['challenge', null, '1']);
    expect(deciderOf(records, '1')).toBeNull();
    const aliases = { ...NONE, challenger: '1' };
    expect(challengerSinceOf(aliases, records, '1')).toBe('2026-11-02T12:00:00.000Z');
    expect(challengerSinceOf(NONE, records, '1')).toBeNull();
    expect(challengerSinceOf(aliases, records.slice(0, 1), '1')).toBeNull();
    const ended = entries(['challenge', null, '1'], ['reject', '1', null]);
    expect(challengerSinceOf(aliases, ended, '1')).toBeNull();
  });

  test('whoever decided before it was archived, where an experiment online ended by that', () => {
    const records = entries(['promote', null, '1'], ['archive', '1', null], ['reject', '1', null]).map((entry) => ({
      ...entry,
      actor: entry.action === 'promote' ? 'demo-0123456789' : 'ana',
    }));
    expect(deciderOf(records, '1')).toBeNull();
  });

  test('archiving changes nothing of what was decided before', () => {
    const records = entries(['reject', '1', null], ['archive', '1', null]).map((entry) => ({
      ...entry,
      actor: entry.action === 'reject' ? 'demo-0123456789' : 'ana',
    }));
    expect(deciderOf(records, '1')).toBeNull();
  });
});

describe('policy/registry/as-of', () => {
  const records = entries(['adopt', null, '1'], ['promote', '1', '2'], ['rollback', '2', '1'], ['repair', '1', null]);

  test('who served after each record', () => {
    const served = records.map((_record, place) => aliasesAfter(records.slice(0, place + 1), ['2', '3']));
    expect(served).toEqual([
      { champion: '1', challenger: null, previous: null },
      { champion: '2', challenger: null, previous: '1' },
      { champion: '1', challenger: null, previous: '2' },
      { champion: null, challenger: null, previous: '2' },
    ]);
  });

  test('a record counts from its own time on', () => {
    expect(entriesUntil(records, Date.parse('2026-11-02T12:00:00Z')).length).toBe(2);
    expect(entriesUntil(records, Date.parse('2026-11-02T11:59:59.999Z')).length).toBe(1);
  });
});
