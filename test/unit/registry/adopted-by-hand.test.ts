import { describe, expect, it } from 'vitest';
import type { RegistryRequest } from '../../../contracts/registry-owner.ts';
import { changeRegistry, type KnownLedger } from '../../../registry/ledger/change-registry.ts';
import { readLedger } from '../../../registry/ledger/read-ledger.ts';
import { createAliasRegistry } from '../../support/alias-registry.ts';

const asked = (request: string) => ({ request, actor: 'ana', reason: 'why', evidence: {} });
const promote = (candidate: string, comparedWith: string | null, request: string): RegistryRequest => ({
  ...{ ...asked(request), kind: 'promote', candidate, comparedWith, supersedes: false },
});
const look = (request: string): RegistryRequest => ({ ...asked(request), kind: 'reconcile' });

const begin = () => {
  const registry = createAliasRegistry('m', {});
  const change = (request: RegistryRequest, known: KnownLedger | null, manualMoves: 'accept' | 'revert' = 'accept') =>
    changeRegistry(registry.tracking, { modelName: 'm', request, manualMoves, known, at: '2026-11-30T08:00:00Z' });
  return { registry, change };
};

describe('registry/change-registry: versions that were made champion by hand', () => {
  it('are told once, with the champion before them, also where the move is taken back', async () => {
    const { registry, change } = begin();
    const first = await change(promote('1', null, 'a'), null);
    expect(first.adopted).toEqual([]);
    registry.aliases.champion = '3';
    const second = await change(look('b'), first.known, 'revert');
    const ledgerRunId = first.known?.runId;
    expect(second.adopted).toEqual([{ ledgerRunId, seq: 2, version: '3', from: '1' }]);
    expect((await change(look('c'), second.known)).adopted).toEqual([]);
    expect((await change(look('d'), null)).adopted).toEqual([]);
  });

  it('are told with a request that is turned down too, and not where the champion was removed', async () => {
    const { registry, change } = begin();
    const { known } = await change(promote('1', null, 'a'), null);
    registry.aliases.champion = '3';
    const outdated = await change(promote('2', '1', 'b'), known);
    expect(outdated).toMatchObject({ answer: { kind: 'outdated' }, adopted: [{ seq: 2, version: '3', from: '1' }] });
    delete registry.aliases.champion;
    expect((await change(look('c'), outdated.known)).adopted).toEqual([]);
  });

  it('says who had archived it and when, in the record and in what is told', async () => {
    const { registry, change } = begin();
    const first = await change(promote('1', null, 'a'), null);
    const archived = await change({ ...asked('b'), kind: 'archive', version: '3' }, first.known);
    registry.aliases.champion = '3';
    const { adopted, known } = await change(look('c'), archived.known);
    expect(adopted).toMatchObject([{ seq: 3, version: '3', archived: { actor: 'ana', at: '2026-11-30T08:00:00Z' } }]);
    const { entries = [] } = (await readLedger(registry.tracking, 'm')) ?? {};
    expect(entries.map(({ action, reason }) => [action, reason]).at(-1)).toEqual([
      'adopt',
      'Version 3 was made champion by hand in MLflow, in place of version 1, although ana archived it on 2026-11-30',
    ]);
    // Archived after it had been champion by hand: nobody knew better then.
    registry.aliases.champion = '4';
    const { known: after } = await change(look('d'), known);
    await change(promote('5', '4', 'e'), after);
    await change({ ...asked('f'), kind: 'archive', version: '4' }, after);
    const told = (await change(look('g'), known)).adopted ?? [];
    expect(told.map((one) => [one.version, one.archived === undefined])).toEqual([['4', true]]);
  });

  it('what was champion before the ledger began is nobody’s move by hand', async () => {
    const { registry, change } = begin();
    registry.aliases.champion = '3';
    expect(await change(look('a'), null)).toMatchObject({ known: { standing: { champion: '3' } }, adopted: [] });
  });

  it.each([0, 1])('are told by the next attempt where one was killed after %i of its moves', async (moves) => {
    const { registry, change } = begin();
    const { known } = await change(promote('1', null, 'a'), null);
    registry.aliases.champion = '3';
    registry.crashAfter(moves);
    await change(look('b'), known).catch((error: unknown) => expect(error).toEqual(new Error('killed')));
    registry.crashAfter(Number.POSITIVE_INFINITY);
    expect((await change(look('b'), known)).adopted).toMatchObject([{ seq: 2, version: '3', from: '1' }]);
  });

  it('by an owner that was lost after such a kill as well', async () => {
    const { registry, change } = begin();
    const { known } = await change(promote('1', null, 'a'), null);
    registry.aliases.champion = '3';
    registry.crashAfter(0);
    await expect(change(look('b'), known)).rejects.toThrow('killed');
    registry.crashAfter(Number.POSITIVE_INFINITY);
    expect((await change(look('c'), null)).adopted).toMatchObject([{ seq: 2, version: '3' }]);
  });
});
