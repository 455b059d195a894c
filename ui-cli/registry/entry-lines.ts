/** Records of a ledger for people: what moved, and below it why and by whom. */
import type { BrokenRecord, LedgerEntry } from '../../contracts/ledger.ts';
import { type AnswerKind, answerKindOf, isRejectedAfterApproval } from '../../policy/registry/recorded-decision.ts';
import { formatUtc } from '../text/formats.ts';
import { wrapLine } from '../text/table.ts';

const named = (version: string | null): string => version ?? 'none';

/** `champion 2 → 3`, `challenger none → 2`, `challenger 2 already`; `version 2` for one that was archived or rejected. */
const moveText = ({ action, alias, from, to }: LedgerEntry): string => {
  if (action === 'challenge' && from === to) {
    return `${alias} ${named(to)} already`;
  }
  return alias === 'champion' || action === 'challenge'
    ? `${alias} ${named(from)} → ${named(to)}`
    : `version ${named(from)}`;
};

/** A person's answer to the question about a candidate goes by the same actions as a move that nobody was asked about. */
const ANSWERS: Readonly<Partial<Record<AnswerKind, string>>> = { approve: ' (approved)', reject: ' (turned down)' };

const answerText = (entry: LedgerEntry): string => {
  const kind = isRejectedAfterApproval(entry) ? null : answerKindOf(entry);
  return kind === null ? '' : (ANSWERS[kind] ?? '');
};

/** The words of whoever had approved what the gate then rejected. */
const approvalLines = ({ evidence: { approved_by: by, approval_reason: reason } }: LedgerEntry): readonly string[] =>
  by === undefined ? [] : [`approved before by ${by}: ${reason ?? '–'}`];

/** `#3  2026-11-01 12:00:00 UTC  promote (approved)  champion 2 → 3`, then actor and reason. */
export const entryLines = (entries: readonly LedgerEntry[], width: number): readonly string[] =>
  entries.flatMap((entry) => [
    ...wrapLine(
      `#${entry.seq}  ${formatUtc(Date.parse(entry.at))}  ${entry.action}${answerText(entry)}  ${moveText(entry)}`,
      width,
    ),
    ...wrapLine(`    ${entry.actor}: ${entry.reason}`, width),
    ...approvalLines(entry).flatMap((line) => wrapLine(`    ${line}`, width)),
  ]);

export const brokenText = (name: string, { seq, reason }: BrokenRecord): string =>
  `record ${seq} ${reason}; what follows it cannot be relied on (\`tt-exp models verify ${name}\`)`;

/** Where the champion is another than the ledger's. */
export const handMoveText = (champion: string | null, byLedger: string | null): string =>
  `champion is ${named(champion)}, but ${named(byLedger)} by the ledger: it was moved by hand, and the next move records that`;
