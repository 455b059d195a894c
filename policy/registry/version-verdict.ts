/** What was decided of a version, and whether it still holds. */
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { VersionVerdict } from '../../contracts/model-catalogue.ts';
import type { Aliases } from '../../contracts/registry-owner.ts';

interface Known {
  readonly version: string;
  readonly aliases: Aliases;
  /** Oldest first; none where they were not read. */
  readonly entries: readonly LedgerEntry[];
  /** `tt.gate_decision` of its run: what the gate said last. */
  readonly decision: string | undefined;
}

/** Who serves was promoted, by whomever. Of the others the ledger's word, which knows of persons too, comes before the gate's. */
export const verdictOf = ({ version, aliases, entries, decision }: Known): VersionVerdict => {
  if (aliases.champion === version) {
    return 'promoted';
  }
  const last = entries.findLast(
    ({ action, from, to }) =>
      ((action === 'promote' || action === 'supersede') && to === version) || (action === 'reject' && from === version),
  );
  const said = last === undefined ? decision : last.action === 'reject' ? 'rejected' : 'promoted';
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
