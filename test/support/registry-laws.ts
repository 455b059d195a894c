/** What holds for a registered model and its ledger, whatever happens to them. */
import { expect } from 'vitest';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { RegistryRequest } from '../../contracts/registry-owner.ts';
import type { MoveDecision } from '../../policy/registry/decide-move.ts';
import { digestOf, type ManualMoves, type OwnedRegistry, type Turn } from './owned-registry.ts';

/** What the test knows itself: nothing of it is taken from a decision. */
export interface Known {
  /** Moves of `champion` by hand, and deletions. */
  handMoves: number;
  deletions: number;
  /** The last turn was killed: what it recorded may still be to be carried out. */
  isOpen: boolean;
  requests: number;
  last: RegistryRequest | null;
  /** Versions asked to be tried since a turn ended, with the records there were: what was rejected before may be tried again. */
  challenged: ReadonlyMap<string, number>;
}

const championRecords = (ledger: readonly LedgerEntry[]): readonly LedgerEntry[] =>
  ledger.filter(({ alias }) => alias === 'champion');

/** Whatever happened, the ledger is one that verifies, and claims no more moves by hand than there were. */
export const expectSoundLedger = ({ ledger }: OwnedRegistry, { handMoves, deletions }: Known): void => {
  for (const [index, entry] of ledger.entries()) {
    expect(entry).toMatchObject({ seq: index + 1, previous_digest: ledger[index - 1]?.digest ?? null });
    expect(entry.digest).toBe(digestOf(entry));
  }
  for (const [index, { from, to }] of championRecords(ledger).entries()) {
    expect(from).toBe(championRecords(ledger)[index - 1]?.to ?? null);
    expect(to).not.toBe(from);
  }
  const count = (action: string): number => ledger.filter((entry) => entry.action === action).length;
  expect(count('adopt')).toBeLessThanOrEqual(handMoves);
  expect(count('repair')).toBeLessThanOrEqual(deletions);
  expect(count('revert')).toBeLessThanOrEqual(count('adopt'));
};

/** Versions that served and were not taken back, in order: by the records alone. */
const servedOf = (ledger: readonly LedgerEntry[]): readonly string[] => {
  let stays: string[] = [];
  for (const { action, to } of championRecords(ledger)) {
    if (action === 'revert') {
      stays = to === null ? stays.slice(0, -1) : stays.slice(0, stays.lastIndexOf(to) + 1);
    }
    if (to !== null) {
      stays.push(to);
    }
  }
  return stays;
};

/** After a turn that ended: one champion or none, everywhere the same. */
const expectAgreement = (real: OwnedRegistry): void => {
  const { champion, challenger, previous } = real.aliases;
  const archived = real.ledger.flatMap(({ action, from }) => (action === 'archive' ? [from] : []));
  expect(champion).toBe(real.champion);
  expect(champion).toBe(real.existing(champion));
  for (const other of [challenger, previous]) {
    expect(other).toBe(real.existing(other));
    expect(other === null || (other !== champion && !archived.includes(other))).toBe(true);
  }
  const usable = servedOf(real.ledger).filter((version) => version !== champion && !archived.includes(version));
  expect(previous).toBe(usable.findLast((version) => real.versions.has(version)) ?? null);
};

/** Champion before the request itself, where the turn before ended. */
const championBefore = (real: OwnedRegistry, manualMoves: ManualMoves): string | null =>
  manualMoves === 'revert' && real.ledger.length > 0
    ? real.existing(real.champion)
    : real.existing(real.aliases.champion);

const championAfter = (before: string | null, request: RegistryRequest, { outcome, aliases }: MoveDecision) => {
  if (outcome.kind !== 'done' || (request.kind !== 'promote' && request.kind !== 'rollback')) {
    return before;
  }
  return request.kind === 'promote' ? request.candidate : aliases.champion;
};

/** A promotion is done exactly where it should be. */
const expectedOfPromotion = (
  request: Extract<RegistryRequest, { kind: 'promote' }>,
  before: string | null,
  real: OwnedRegistry,
): MoveDecision['outcome']['kind'] => {
  const isArchived = real.ledger.some(({ action, from }) => action === 'archive' && from === request.candidate);
  if (request.candidate === before) {
    return 'done';
  }
  if (real.existing(request.candidate) === null || isArchived) {
    return 'refused';
  }
  return request.comparedWith === before ? 'done' : 'outdated';
};

export const take = (turn: Turn, known: Known, real: OwnedRegistry): void => {
  const { request, manualMoves } = turn;
  const { carriedOut } = real;
  const earlier = real.ledger.length;
  const isNew = !real.ledger.some((entry) => entry.request === request.request);
  const before = championBefore(real, manualMoves);
  const isFirst = !known.isOpen && isNew;
  const promotion = isFirst && request.kind === 'promote' ? expectedOfPromotion(request, before, real) : null;
  if (request.kind === 'challenge') {
    known.challenged = new Map([...known.challenged, [request.candidate, earlier]]);
  }
  const decision = real.take(turn);
  const added = real.ledger.slice(earlier);
  for (const { action, from, to } of added) {
    if (request.kind === 'promote' && (action === 'promote' || action === 'supersede')) {
      expect({ from, to }).toEqual({ from: request.comparedWith, to: request.candidate });
    }
    expect(action === 'archive' && from === real.champion).toBe(false);
  }
  known.last = request;
  if (decision === null) {
    known.isOpen = true;
    return;
  }
  expectAgreement(real);
  const rejected = real.ledger
    .slice(carriedOut)
    .filter(({ action, from, seq }) => action === 'reject' && seq > (known.challenged.get(from ?? '') ?? 0));
  expect(rejected.map(({ from }) => from)).not.toContain(real.aliases.challenger);
  if (request.kind === 'challenge' && decision.outcome.kind === 'done') {
    expect([real.champion, real.aliases.challenger]).toContain(request.candidate);
  }
  if (isFirst) {
    expect(real.champion).toBe(championAfter(before, request, decision));
  }
  if (promotion !== null) {
    expect(decision.outcome.kind).toBe(promotion);
  }
  const own = real.ledger.filter(
    (entry) => entry.request === request.request && !/adopt|re(vert|pair)/.test(entry.action),
  );
  expect(own.length).toBeLessThanOrEqual(1);
  if (decision.outcome.kind === 'done') {
    expect(decision.outcome.seq).toBe(own[0]?.seq ?? null);
  }
  known.isOpen = false;
  known.challenged = new Map();
};

const reconciled = (real: OwnedRegistry, manualMoves: ManualMoves, id: string): void => {
  const request: RegistryRequest = { kind: 'reconcile', request: id, actor: 'ana', reason: '', evidence: {} };
  expect(real.take({ request, manualMoves, killedAfter: null })).not.toBeNull();
  expectAgreement(real);
};

/** Whatever has become of the registry, a candidate that keeps asking gets through by the second time. */
export const expectWayThrough = (before: OwnedRegistry, manualMoves: ManualMoves): void => {
  const real = before.copy();
  real.versions.add('better');
  let comparedWith: string | null = 'the champion of some time ago';
  const outcomes = [1, 2].map((attempt) => {
    const request: RegistryRequest = {
      ...{ kind: 'promote', candidate: 'better', comparedWith, supersedes: false },
      ...{ request: `better/${attempt}`, actor: 'ana', reason: '', evidence: {} },
    };
    const decision = real.take({ request, manualMoves, killedAfter: null });
    comparedWith = decision?.outcome.kind === 'outdated' ? decision.outcome.champion : comparedWith;
    return decision?.outcome.kind;
  });
  expect(outcomes).toEqual(['outdated', 'done']);
  expect(real.aliases.champion).toBe('better');
};

/** A rollback moves to `previous`, and another one back. */
export const expectRollbackTwice = (before: OwnedRegistry, manualMoves: ManualMoves): void => {
  const real = before.copy();
  reconciled(real, manualMoves, 'look');
  const { champion, previous } = real.aliases;
  const rollback = (id: string) =>
    real.take({
      ...{ request: { kind: 'rollback', request: id, actor: 'ana', reason: '', evidence: {} }, manualMoves },
      killedAfter: null,
    })?.outcome.kind;
  if (previous === null) {
    expect(rollback('back')).toBe('refused');
    return;
  }
  expect(rollback('back')).toBe('done');
  expect(real.aliases.champion).toBe(previous);
  const isLeft = real.ledger.some(({ action, from }) => action === 'archive' && from === champion);
  if (champion !== null && !isLeft) {
    expect(real.aliases.previous).toBe(champion);
    expect(rollback('and forth')).toBe('done');
    expect(real.aliases.champion).toBe(champion);
  }
};
