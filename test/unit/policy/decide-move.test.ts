import { describe, expect, it } from 'vitest';
import type { RegistryRequest } from '../../../contracts/registry-owner.ts';
import { decideMove } from '../../../policy/registry/decide-move.ts';
import type { Observed } from '../../../policy/registry/observed.ts';
import { foresee, NO_STANDING, type Standing } from '../../../policy/registry/standing.ts';

const AT = '2026-11-30T12:00:00.000Z';
const NO_ALIASES = { champion: null, challenger: null, previous: null };

const asked = { request: 'r9', actor: 'ana', reason: 'because', evidence: { run_id: 'run-9' } };
const promote = (candidate: string, comparedWith: string | null): RegistryRequest => ({
  ...{ ...asked, kind: 'promote', candidate, comparedWith, supersedes: false },
});
const reconcile: RegistryRequest = { ...asked, kind: 'reconcile' };
const rollback: RegistryRequest = { ...asked, kind: 'rollback' };

/** Promoted one after the other. */
const served = (...versions: readonly string[]): Standing =>
  versions.reduce<Standing>(
    (standing, to, index) =>
      foresee(standing, [
        {
          ...{ at: AT, actor: 'ana', action: 'promote', alias: 'champion', from: standing.champion, to },
          ...{ reason: '', evidence: {}, request: `r${index + 1}` },
        },
      ]),
    NO_STANDING,
  );

const observed = (standing: Standing, changes: Partial<Observed> = {}): Observed => ({
  aliases: { ...NO_ALIASES, champion: standing.champion },
  versions: ['1', '2', '3', '4'],
  carriedOut: standing.seq,
  ...changes,
});

const seen = (champion: string | null): Pick<Observed, 'aliases'> => ({ aliases: { ...NO_ALIASES, champion } });

const decide = (
  standing: Standing,
  request: RegistryRequest,
  changes: Partial<Observed> = {},
  manualMoves: 'accept' | 'revert' = 'accept',
) => {
  const { moves, aliases, outcome } = decideMove(standing, observed(standing, changes), request, {
    at: AT,
    manualMoves,
  });
  return { moves: moves.map(({ action, from, to }) => `${action} ${from} ${to}`), aliases, outcome };
};

describe('decideMove', () => {
  it('promotes the first, then over the champion that it was compared with', () => {
    expect(decide(NO_STANDING, promote('1', null))).toEqual({
      moves: ['promote null 1'],
      aliases: { champion: '1', challenger: null, previous: null },
      outcome: { kind: 'done', seq: 1 },
    });
    expect(decide(served('1'), promote('2', '1'))).toEqual({
      moves: ['promote 1 2'],
      aliases: { champion: '2', challenger: null, previous: '1' },
      outcome: { kind: 'done', seq: 2 },
    });
  });

  it('records who asked, why and with what evidence', () => {
    const standing = served('1');
    const { moves } = decideMove(standing, observed(standing), promote('2', '1'), { at: AT, manualMoves: 'accept' });
    expect(moves).toEqual([
      {
        ...{ at: AT, actor: 'ana', action: 'promote', alias: 'champion', from: '1', to: '2' },
        ...{ reason: 'because', evidence: { run_id: 'run-9' }, request: 'r9' },
      },
    ]);
  });

  it('moves nothing for a candidate that was compared with another champion', () => {
    expect(decide(served('1', '2'), promote('3', '1'))).toEqual({
      moves: [],
      aliases: { champion: '2', challenger: null, previous: '1' },
      outcome: { kind: 'outdated', champion: '2' },
    });
  });

  it('records nothing for a candidate that is champion already', () => {
    expect(decide(served('1', '2'), promote('2', '1')).outcome).toEqual({ kind: 'done', seq: null });
  });

  it('answers a request that has its record without doing it again', () => {
    const standing = served('1', '2');
    const again: RegistryRequest = { ...promote('1', null), request: 'r1' };
    expect(decide(standing, again)).toMatchObject({ moves: [], outcome: { kind: 'done', seq: 1 } });
  });

  it('completes a promotion whose record is written and whose alias is not moved', () => {
    expect(decide(served('1', '2'), reconcile, { ...seen('1'), carriedOut: 1 })).toMatchObject({
      moves: [],
      aliases: { champion: '2', previous: '1' },
    });
  });

  it('refuses a version that was deleted, or is archived', () => {
    expect(decide(served('1'), promote('9', '1')).outcome).toMatchObject({
      kind: 'refused',
      reason: 'There is no version 9: it was deleted in MLflow.',
    });
    const archive: RegistryRequest = { ...asked, kind: 'archive', version: '1' };
    const standing = served('1', '2');
    const archived = foresee(
      standing,
      decideMove(standing, observed(standing), archive, { at: AT, manualMoves: 'accept' }).moves,
    );
    expect(decide(archived, { ...promote('1', '2'), request: 'r10' }).outcome).toMatchObject({
      kind: 'refused',
      reason: 'Version 1 is archived.',
    });
    expect(decide(archived, { ...rollback, request: 'r10' }).outcome).toMatchObject({ kind: 'refused' });
    expect(decide(served('1'), archive).outcome).toMatchObject({ kind: 'refused', reason: 'Version 1 is champion.' });
  });

  it('rolls back to what served before and exists, also where there is no champion', () => {
    expect(decide(served('1', '2', '3'), rollback, { versions: ['1', '3'] })).toMatchObject({
      moves: ['rollback 3 1'],
      aliases: { champion: '1', previous: '3' },
    });
    expect(decide(served('1', '2'), rollback, { versions: ['1'] }).moves).toEqual(['repair 2 null', 'rollback null 1']);
    expect(decide(served('1'), rollback).outcome).toMatchObject({ kind: 'refused' });
  });

  it('sets and clears the challenger, and forgets one that is gone', () => {
    const standing = served('1');
    const waiting = { aliases: { champion: '1', challenger: '2', previous: null } };
    const reject: RegistryRequest = { ...asked, kind: 'reject', candidate: '2' };
    expect(decide(standing, reject, waiting)).toMatchObject({
      moves: ['reject 2 null'],
      aliases: { challenger: null },
    });
    expect(decide(standing, { ...reject, candidate: '3' }, waiting).aliases.challenger).toBe('2');
    expect(decide(standing, promote('2', '1'), waiting).aliases.challenger).toBeNull();
    expect(decide(standing, promote('3', '1'), waiting).aliases.challenger).toBe('2');
    expect(decide(standing, reconcile, { ...waiting, versions: ['1'] }).aliases.challenger).toBeNull();
  });

  it('records what was challenger before: nobody, or the version that is tried online', () => {
    const standing = served('1');
    const challenge: RegistryRequest = { ...asked, kind: 'challenge', candidate: '2', comparedWith: '1' };
    const waiting = { aliases: { champion: '1', challenger: '2', previous: null } };
    expect(decide(standing, challenge).moves).toEqual(['challenge null 2']);
    expect(decide(standing, challenge, waiting)).toMatchObject({
      moves: ['challenge 2 2'],
      aliases: { challenger: '2' },
    });
  });

  it('keeps a challenger that was rejected once and asked about anew', () => {
    const standing = foresee(served('1'), [
      {
        ...{ at: AT, actor: 'ana', action: 'reject', alias: 'challenger', from: '2', to: null },
        ...{ reason: '', evidence: {}, request: 'r2' },
      },
    ]);
    const waiting = { aliases: { champion: '1', challenger: '2', previous: null } };
    expect(decide(standing, reconcile, waiting).aliases.challenger).toBe('2');
    expect(decide(standing, reconcile, { ...waiting, carriedOut: 1 }).aliases.challenger).toBeNull();
  });

  it('adopts a champion that was set by hand, and what was compared with the one before is outdated', () => {
    expect(decide(served('1', '2'), promote('4', '2'), seen('3'))).toEqual({
      moves: ['adopt 2 3'],
      aliases: { champion: '3', challenger: null, previous: '2' },
      outcome: { kind: 'outdated', champion: '3' },
    });
    expect(decide(served('1', '2'), reconcile, seen(null))).toMatchObject({
      moves: ['adopt 2 null'],
      aliases: { champion: null, previous: '2' },
    });
  });

  it('reverts a move by hand where the policy says so, and the request goes on', () => {
    expect(decide(served('1', '2'), promote('4', '2'), seen('3'), 'revert')).toEqual({
      moves: ['adopt 2 3', 'revert 3 2', 'promote 2 4'],
      aliases: { champion: '4', challenger: null, previous: '2' },
      outcome: { kind: 'done', seq: 5 },
    });
    expect(decide(served('1', '2'), reconcile, seen(null), 'revert').moves).toEqual(['adopt 2 null', 'revert null 2']);
  });

  it('names the setting as who reverts, and the move by hand in its reason', () => {
    const recorded = (champion: string | null) =>
      decideMove(served('1', '2'), observed(served('1', '2'), seen(champion)), reconcile, {
        at: AT,
        manualMoves: 'revert',
      }).moves.map(({ actor, reason }) => [actor, reason]);
    expect(recorded('3')).toEqual([
      ['MLflow', 'Version 3 was made champion by hand in MLflow, in place of version 2'],
      ['tt-exp', 'Reverts the move by hand to version 3 (gate.manual_moves: revert): version 2 is champion again'],
    ]);
    expect(recorded(null)).toEqual([
      ['MLflow', 'The champion was removed by hand in MLflow; it was version 2'],
      [
        'tt-exp',
        'Reverts the removal by hand of the champion (gate.manual_moves: revert): version 2 is champion again',
      ],
    ]);
  });

  it('reverts after the owner was stopped between the two records', () => {
    const standing = served('1', '2');
    const { moves } = decideMove(standing, observed(standing, seen('3')), reconcile, { at: AT, manualMoves: 'accept' });
    const stopped = foresee(standing, moves);
    expect(decide(stopped, reconcile, { ...seen('3'), carriedOut: 2 }, 'revert').moves).toEqual(['revert 3 2']);
    expect(decide(stopped, reconcile, seen('3'), 'revert').moves).toEqual([]);
  });

  it('takes a champion that is back after an adoption which was not completed for another move by hand', () => {
    const adopted = foresee(served('1', '2'), [
      {
        ...{ at: AT, actor: 'MLflow', action: 'adopt', alias: 'champion', from: '2', to: '3' },
        ...{ reason: '', evidence: {}, request: 'r3' },
      },
    ]);
    const back = { ...seen('2'), carriedOut: 2 };
    expect(decide(adopted, reconcile, back).moves).toEqual(['adopt 3 2']);
    expect(decide(adopted, reconcile, back, 'revert').moves).toEqual(['adopt 3 2']);
    const deleted = { ...seen('3'), carriedOut: 2, versions: ['1', '2'] };
    expect(decide(adopted, reconcile, deleted, 'revert').moves).toEqual(['repair 3 null', 'revert null 2']);
  });

  it('completes a promotion over a champion that was deleted meanwhile', () => {
    const unfinished = { ...seen('1'), carriedOut: 1, versions: ['2'] };
    expect(decide(served('1', '2'), reconcile, unfinished)).toMatchObject({
      moves: [],
      aliases: { champion: '2', previous: null },
    });
  });

  it('keeps what was champion before the ledger began, whatever the policy', () => {
    expect(decide(NO_STANDING, reconcile, seen('2'), 'revert')).toMatchObject({
      moves: ['adopt null 2'],
      aliases: { champion: '2' },
    });
  });

  it('repairs a champion whose version was deleted', () => {
    const gone = { ...seen('2'), versions: ['1', '3'] };
    expect(decide(served('1', '2'), reconcile, gone)).toMatchObject({
      moves: ['repair 2 null'],
      aliases: { champion: null, previous: '1' },
    });
    expect(decide(served('1', '2'), promote('3', '2'), gone).outcome).toEqual({ kind: 'outdated', champion: null });
  });
});
