/** A registered model as it was at some time. */
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { Aliases } from '../../contracts/registry-owner.ts';
import { advance, NO_STANDING, previousOf } from './standing.ts';

/** Of all records until then, itself included. */
export const entriesUntil = (entries: readonly LedgerEntry[], atMs: number): readonly LedgerEntry[] =>
  entries.filter(({ at }) => Date.parse(at) <= atMs);

/**
 * Who served after these records. `challenger` is not what they keep: it is null. A version that was deleted since served
 * at its time all the same, so `versions` are those that existed then, as far as the records tell.
 */
export const aliasesAfter = (entries: readonly LedgerEntry[], versions: readonly string[]): Aliases => {
  const standing = entries.reduce(advance, NO_STANDING);
  const served = standing.stints.map(({ version }) => version);
  const repaired = entries.flatMap(({ action, from }) => (action === 'repair' && from !== null ? [from] : []));
  const existed = [...versions, ...served.filter((version) => !repaired.includes(version))];
  return { champion: standing.champion, challenger: null, previous: previousOf(standing, existed) };
};
