/** What a ledger comes to: who is champion, who was, what is out of use. */
import type { LedgerEntry } from '../../contracts/ledger.ts';

/** A time as champion. */
export interface Stint {
  readonly version: string;
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** NDCG@10 on the test part of its time, where known. */
  readonly ndcgAt10: number | null;
  /** It was moved there by hand and taken back: it counts as never. */
  readonly isReverted: boolean;
}

/** Small: what the owner carries from execution to execution. A fold over the ledger. */
export interface Standing {
  /** Of the last record; 0 before the first. */
  readonly seq: number;
  readonly digest: string | null;
  readonly champion: string | null;
  /** Oldest first; the champion's own is the last one while there is a champion. */
  readonly stints: readonly Stint[];
  readonly archived: readonly string[];
}

export const NO_STANDING: Standing = { seq: 0, digest: null, champion: null, stints: [], archived: [] };

const withChampion = (standing: Standing, { to, seq, at, evidence }: LedgerEntry): readonly Stint[] =>
  to === null
    ? standing.stints
    : [...standing.stints, { version: to, seq, since: at, ndcgAt10: evidence.ndcg_at_10 ?? null, isReverted: false }];

const withoutReverted = (stints: readonly Stint[], version: string | null): readonly Stint[] => {
  const last = stints.findLastIndex((stint) => stint.version === version);
  return stints.map((stint, index) => (index === last ? { ...stint, isReverted: true } : stint));
};

/** One record more. */
export const advance = (standing: Standing, entry: LedgerEntry): Standing => {
  const known = { ...standing, seq: entry.seq, digest: entry.digest };
  if (entry.action === 'archive' && entry.from !== null) {
    return { ...known, archived: [...new Set([...standing.archived, entry.from])] };
  }
  if (entry.alias !== 'champion') {
    return known;
  }
  const reverted = entry.action === 'revert' ? withoutReverted(standing.stints, entry.from) : standing.stints;
  return { ...known, champion: entry.to, stints: withChampion({ ...standing, stints: reverted }, entry) };
};

/** What really served before the champion of now, and can serve again: what `previous` names and a rollback returns to. */
export const previousOf = ({ champion, stints, archived }: Standing): string | null =>
  stints.findLast(({ version, isReverted }) => version !== champion && !isReverted && !archived.includes(version))
    ?.version ?? null;
