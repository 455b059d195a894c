/** Whether a ledger is as its owner wrote it: no record removed, added or edited. */
import type { BrokenRecord, LedgerEntry } from '../../contracts/ledger.ts';
import { advance, NO_STANDING, type Standing } from './standing.ts';

/** SHA-256, in hex, of a record's other fields as canonical JSON. */
export type DigestOfEntry = (entry: Omit<LedgerEntry, 'digest'>) => string;

/** As it was found. */
export interface FoundRecord {
  readonly seq: number;
  /** null where it cannot be read. */
  readonly entry: LedgerEntry | null;
}

/** What the ledger's run says of its last record. */
export interface LedgerHead {
  readonly seq: number;
  readonly digest: string;
}

/** What the ledger's run says of its end. */
export interface LedgerEnd {
  /** null where the run says nothing that can be read. Records after it are those of a move that was not completed. */
  readonly head: LedgerHead | null;
  /** Continues "the tag that names the last record "; null: it is readable, or there were no records yet. */
  readonly headProblem: string | null;
  /** Records up to this one are carried out in the aliases, so they were there. */
  readonly carriedOut: number;
}

export interface CheckedLedger {
  /** After the last record that is intact. */
  readonly standing: Standing;
  /** The first one; null: all are intact. */
  readonly broken: BrokenRecord | null;
}

const named = (version: string | null): string => (version === null ? 'none' : `version ${version}`);

const problemOf = (standing: Standing, { seq, entry }: FoundRecord, digestOf: DigestOfEntry): string | null => {
  if (seq !== standing.seq + 1) {
    return 'is missing';
  }
  if (entry === null) {
    return 'cannot be read';
  }
  const { digest, ...fields } = entry;
  if (digestOf(fields) !== digest || entry.seq !== seq) {
    return 'was edited: its digest is not that of its content';
  }
  if (entry.previous_digest !== standing.digest) {
    return `does not follow record ${standing.seq}: it names another digest`;
  }
  return entry.alias === 'champion' && entry.from !== standing.champion
    ? `moves the champion from ${named(entry.from)}, but ${named(standing.champion)} was champion`
    : null;
};

const endProblem = (
  standing: Standing,
  { head, headProblem, carriedOut }: LedgerEnd,
  found: readonly FoundRecord[],
): BrokenRecord | null => {
  // What is not a number says nothing.
  const least = Math.max(head?.seq ?? 0, Number.isSafeInteger(carriedOut) ? carriedOut : 0);
  if (least > standing.seq) {
    return { seq: standing.seq + 1, reason: `is missing: the ledger had ${least} records` };
  }
  if (head === null) {
    return headProblem === null
      ? null
      : {
          seq: Math.max(standing.seq, 1),
          reason: `may have been replaced, or one after it removed: the tag that names the last record ${headProblem}`,
        };
  }
  const last = found.find(({ seq }) => seq === head.seq)?.entry ?? null;
  return last === null || last.digest === head.digest
    ? null
    : { seq: head.seq, reason: 'was replaced: the ledger ended with another digest' };
};

/** @param found all records, ascending */
export const checkLedger = (
  found: readonly FoundRecord[],
  { digestOf, ...end }: LedgerEnd & { readonly digestOf: DigestOfEntry },
): CheckedLedger => {
  let standing: Standing = NO_STANDING;
  for (const record of found) {
    const reason = problemOf(standing, record, digestOf);
    if (reason !== null || record.entry === null) {
      return { standing, broken: { seq: Math.min(record.seq, standing.seq + 1), reason: reason ?? 'cannot be read' } };
    }
    standing = advance(standing, record.entry);
  }
  return { standing, broken: endProblem(standing, end, found) };
};
