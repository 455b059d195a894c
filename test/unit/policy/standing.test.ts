import { describe, expect, it } from 'vitest';
import type { LedgerAction, LedgerEntry } from '../../../contracts/ledger.ts';
import { advance, NO_STANDING, previousOf } from '../../../policy/registry/standing.ts';

const entry = (seq: number, action: LedgerAction, from: string | null, to: string | null): LedgerEntry => ({
  ...{ seq, action, from, to, alias: action === 'archive' ? null : 'champion', at: '2026-11-30T12:00:00.000Z' },
  ...{ actor: 'ana', reason: '', evidence: {}, request: `r${seq}`, previous_digest: null, digest: `d${seq}` },
});

const ALL = ['1', '2', '3', '7'];

const standingOf = (...moves: readonly (readonly [LedgerAction, string | null, string | null])[]) =>
  moves.map(([action, from, to], index) => entry(index + 1, action, from, to)).reduce(advance, NO_STANDING);

describe('previousOf', () => {
  it('names what served before the champion', () => {
    expect(previousOf(standingOf(['promote', null, '1']), ALL)).toBeNull();
    expect(previousOf(standingOf(['promote', null, '1'], ['promote', '1', '2'], ['promote', '2', '3']), ALL)).toBe('2');
  });

  it('leads back to where one was after a rollback', () => {
    expect(previousOf(standingOf(['promote', null, '1'], ['promote', '1', '2'], ['rollback', '2', '1']), ALL)).toBe(
      '2',
    );
  });

  it('passes over what was archived, and what was moved by hand and taken back', () => {
    const served = [
      ['promote', null, '1'],
      ['promote', '1', '2'],
      ['promote', '2', '3'],
    ] as const;
    expect(previousOf(standingOf(...served, ['archive', '2', null]), ALL)).toBe('1');
    expect(previousOf(standingOf(...served, ['adopt', '3', '7'], ['revert', '7', '3']), ALL)).toBe('2');
  });

  it('is the last champion where there is none any more', () => {
    const standing = standingOf(['promote', null, '1'], ['promote', '1', '2'], ['repair', '2', null]);
    expect(standing.champion).toBeNull();
    expect(previousOf(standing, ALL)).toBe('2');
  });
});
