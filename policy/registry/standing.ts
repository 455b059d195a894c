/** What a ledger comes to: who is champion, who was, what is out of use. */
import type { LedgerEntry, LedgerMove } from '../../contracts/ledger.ts';

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

/** A version was taken out of use. */
export interface Archival {
  readonly version: string;
  /** Of the record. */
  readonly seq: number;
  readonly actor: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** What is kept of one of the last records: to know a request that is asked again, and a move that nobody completed. */
export type RecentMove = Pick<LedgerEntry, 'seq' | 'request' | 'action' | 'alias' | 'from' | 'to'>;

/** Small: what the owner carries from execution to execution. A fold over the ledger. */
export interface Standing {
  /** Of the last record; 0 before the first. */
  readonly seq: number;
  readonly digest: string | null;
  readonly champion: string | null;
  /** Oldest first; the champion's own is the last one while there is a champion. */
  readonly stints: readonly Stint[];
  readonly archived: readonly Archival[];
  /** Of the last records, oldest first. */
  readonly recent: readonly RecentMove[];
}

export const NO_STANDING: Standing = { seq: 0, digest: null, champion: null, stints: [], archived: [], recent: [] };

const RECENT_MOVES = 32;

const withChampion = (standing: Standing, { to, seq, at, evidence }: LedgerEntry): readonly Stint[] =>
  to === null
    ? standing.stints
    : [...standing.stints, { version: to, seq, since: at, ndcgAt10: evidence.ndcg_at_10 ?? null, isReverted: false }];

/** All that came after what is served again, or the last one where nothing is. */
const withoutReverted = (stints: readonly Stint[], to: string | null): readonly Stint[] => {
  const kept = to === null ? stints.length - 2 : stints.findLastIndex(({ version }) => version === to);
  return stints.map((stint, index) => (index > kept ? { ...stint, isReverted: true } : stint));
};

export const archivalOf = ({ archived }: Pick<Standing, 'archived'>, version: string | null): Archival | null =>
  archived.find((one) => one.version === version) ?? null;

/** As a clause; empty where it was not. */
export const althoughArchived = (archival: Pick<Archival, 'actor' | 'at'> | null): string =>
  archival === null ? '' : `, although ${archival.actor} archived it on ${archival.at.slice(0, 10)}`;

/** One record more. */
export const advance = (standing: Standing, entry: LedgerEntry): Standing => {
  const { seq, digest, request, action, alias, from, to } = entry;
  const recent = [...standing.recent, { seq, request, action, alias, from, to }].slice(-RECENT_MOVES);
  const known = { ...standing, seq, digest, recent };
  if (action === 'archive' && from !== null) {
    return { ...known, archived: [...standing.archived, { version: from, seq, actor: entry.actor, at: entry.at }] };
  }
  if (alias !== 'champion') {
    return known;
  }
  const reverted = action === 'revert' ? withoutReverted(standing.stints, to) : standing.stints;
  return { ...known, champion: to, stints: withChampion({ ...standing, stints: reverted }, entry) };
};

/** As `advance`, for moves that are still to be written: their digests are not known yet. */
export const foresee = (standing: Standing, moves: readonly LedgerMove[]): Standing =>
  moves.reduce(
    (known, move) => advance(known, { ...move, seq: known.seq + 1, previous_digest: known.digest, digest: '' }),
    standing,
  );

/**
 * What really served before the champion of now, and can serve again: what `previous` names and a rollback returns to.
 * `versions`: those that still exist.
 */
export const previousOf = (standing: Standing, versions: readonly string[]): string | null =>
  standing.stints.findLast(
    ({ version, isReverted }) =>
      version !== standing.champion &&
      !isReverted &&
      archivalOf(standing, version) === null &&
      versions.includes(version),
  )?.version ?? null;
