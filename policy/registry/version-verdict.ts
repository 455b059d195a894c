/** What was decided of a version, and whether it still holds. */
import { parseExperimentId } from '../../contracts/ids.ts';
import { type LedgerEntry, OWNER_ACTOR } from '../../contracts/ledger.ts';
import type { VersionVerdict } from '../../contracts/model-catalogue.ts';
import type { Aliases } from '../../contracts/registry-owner.ts';
import { isRejectedAfterApproval } from './recorded-decision.ts';

interface Known {
  readonly version: string;
  readonly aliases: Aliases;
  /** Oldest first; none where they were not read. */
  readonly entries: readonly LedgerEntry[];
  /** `tt.gate_decision` of its run: what the gate said last. */
  readonly decision: string | undefined;
}

/** -1: no experiment online tried it. */
const lastChallenge = (entries: readonly LedgerEntry[], version: string): number =>
  entries.findLastIndex(({ action, to }) => action === 'challenge' && to === version);

/**
 * The last record of a decision about a version; undefined: there is none. A move by hand that was reverted decides
 * nothing: what was decided before it holds again. Neither does a rejection of before the version was tried online (again),
 * nor one of after it was archived, which ends an experiment online.
 */
const lastDecision = (entries: readonly LedgerEntry[], version: string): LedgerEntry | undefined => {
  const tried = lastChallenge(entries, version);
  const archived = entries.findIndex(({ action, from }) => action === 'archive' && from === version);
  return entries.findLast(({ action, from, to }, place) =>
    action === 'reject'
      ? from === version && place > tried && (archived === -1 || place < archived)
      : action !== 'archive' && action !== 'revert' && action !== 'challenge' && to === version,
  );
};

/** When an experiment online made it the challenger that it is, ISO 8601; null: it is none, or another way. */
export const challengerSinceOf = (
  aliases: Aliases,
  entries: readonly LedgerEntry[],
  version: string,
): string | null => {
  const tried = lastChallenge(entries, version);
  const isRejectedSince = entries.some(
    ({ action, from }, place) => place > tried && action === 'reject' && from === version,
  );
  return aliases.challenger === version && !isRejectedSince ? (entries[tried]?.at ?? null) : null;
};

const archiveOf = (entries: readonly LedgerEntry[], version: string): LedgerEntry | undefined =>
  entries.findLast(({ action, from }) => action === 'archive' && from === version);

/**
 * Who decided last about a version: a person, or `tt-exp` where nobody answered in time; null: the gate, or nobody.
 * Archiving a version that awaits approval answers for it, and leaves no other record.
 */
export const deciderOf = (entries: readonly LedgerEntry[], version: string): string | null => {
  const last = lastDecision(entries, version) ?? archiveOf(entries, version);
  if (last === undefined || isRejectedAfterApproval(last)) {
    return null;
  }
  const { actor, action } = last;
  return parseExperimentId(actor) !== null || (actor === OWNER_ACTOR && action !== 'reject') ? null : actor;
};

export const isArchived = (entries: readonly LedgerEntry[], version: string): boolean =>
  archiveOf(entries, version) !== undefined;

/** Who serves was promoted, by whomever. Of the others the ledger's word, which knows of persons too, comes before the gate's. */
export const verdictOf = ({ version, aliases, entries, decision }: Known): VersionVerdict => {
  if (aliases.champion === version) {
    return 'promoted';
  }
  const last = lastDecision(entries, version);
  // A gate that rejects leaves a record: a tag without one of after the challenge is older.
  const tagged = decision === 'rejected' && lastChallenge(entries, version) !== -1 ? undefined : decision;
  const said = last === undefined ? tagged : last.action === 'reject' ? 'rejected' : 'promoted';
  switch (said) {
    case 'promoted':
      return 'superseded';
    case 'awaiting_approval':
      return aliases.challenger === version ? 'awaiting_approval' : 'superseded';
    case 'rejected':
      return 'rejected';
    default:
      return 'none';
  }
};
