/** What a model's ledger says became of a version: who decided, when and how. */
import { parseExperimentId } from '../../contracts/ids.ts';
import type { LedgerEntry, LedgerEvidence } from '../../contracts/ledger.ts';
import type { GateWord } from '../../contracts/model-catalogue.ts';

export type AnswerKind = 'approve' | 'reject' | 'expiry' | 'supersede';

type Answering = Pick<LedgerEntry, 'actor' | 'request' | 'evidence'>;

/** Who has answered, where a record answers a question: the gate may reject after a person's approval. */
const personOf = ({ actor, evidence }: Pick<Answering, 'actor' | 'evidence'>): string => evidence.approved_by ?? actor;

/** Whose answer to an open question a record is, by the id of its request; null: it answers none. */
export const answerKindOf = ({ actor, request, evidence }: Answering): AnswerKind | null => {
  const person = personOf({ actor, evidence });
  if (request.startsWith(`${person}/approve/`)) {
    return 'approve';
  }
  if (request.startsWith(`${person}/reject/`)) {
    return 'reject';
  }
  if (request.startsWith('expiry/')) {
    return 'expiry';
  }
  return request.includes('/supersedes/') ? 'supersede' : null;
};

/** The gate's own rejection of a candidate that a person had approved. Records of earlier versions name that person as actor. */
export const isRejectedAfterApproval = (entry: Answering & Pick<LedgerEntry, 'action'>): boolean =>
  entry.action === 'reject' && answerKindOf(entry) === 'approve';

const deedOf = (entry: LedgerEntry): string => {
  const { action, actor } = entry;
  const isApproval = answerKindOf(entry) === 'approve';
  const by = parseExperimentId(actor) === null ? actor : 'the gate';
  switch (action) {
    case 'promote':
    case 'supersede':
      return `${isApproval ? 'Approved' : 'Promoted'} by ${by}`;
    case 'reject':
      return isApproval ? `Rejected by the gate, after ${personOf(entry)} had approved it,` : `Rejected by ${by}`;
    case 'archive':
      return `Archived by ${by}`;
    case 'rollback':
      return `Made champion again by ${by}`;
    case 'adopt':
      return 'Made champion by hand in MLflow,';
    case 'challenge':
      return `Tried online by ${by}`;
    case 'revert':
    case 'repair':
      return `Recorded by ${by}`;
  }
};

/** `Approved by ana on 2026-11-01 12:00:00 UTC: better for new users` */
export const decisionSentence = (entry: LedgerEntry): string =>
  `${deedOf(entry)} on ${entry.at.slice(0, 10)} ${entry.at.slice(11, 19)} UTC: ${entry.reason}`;

const isAbout = ({ action, from, to }: LedgerEntry, version: string): boolean =>
  action === 'reject' || action === 'archive'
    ? from === version
    : action !== 'revert' && action !== 'repair' && action !== 'challenge' && to === version;

/** Oldest first; without moves by hand that were reverted. */
export const decisionsAbout = (entries: readonly LedgerEntry[], version: string): readonly LedgerEntry[] => {
  const found: LedgerEntry[] = [];
  for (const entry of entries) {
    if (isAbout(entry, version)) {
      found.push(entry);
    } else if (entry.action === 'revert' && entry.from === version && found.at(-1)?.action === 'adopt') {
      found.pop();
    }
  }
  return found;
};

/** What the gate said of a version last, as far as its decisions and the answers to them were recorded; null: nothing. */
export const recordedGateWord = (entries: readonly LedgerEntry[], version: string): GateWord | null => {
  const last = decisionsAbout(entries, version).findLast(
    (entry) => parseExperimentId(entry.actor) !== null || answerKindOf(entry) !== null,
  );
  if (last === undefined) {
    return null;
  }
  const isAnswer = answerKindOf(last) !== null && !isRejectedAfterApproval(last);
  const decision = isAnswer ? 'awaiting_approval' : last.action === 'reject' ? 'rejected' : 'promoted';
  return { decision, reasons: [last.reason] };
};

/** The answer to the question about a version, or of an experiment; without both the last one of all. */
export const lastAnswer = (
  entries: readonly LedgerEntry[],
  { candidate, experimentId }: { readonly candidate: string | null; readonly experimentId: string | null },
): LedgerEntry | null => {
  const known =
    candidate !== null
      ? decisionsAbout(entries, candidate)
      : experimentId !== null
        ? entries.filter(({ evidence }) => evidence.experiment_id === experimentId)
        : entries.filter((entry) => answerKindOf(entry) !== null);
  return known.findLast((entry) => answerKindOf(entry) !== null) ?? known.at(-1) ?? null;
};

/** The last decision about a candidate, where it is this rejection: by the same verdict, beside the same champion. */
export const sameRejection = (
  entries: readonly LedgerEntry[],
  candidate: string,
  { compared_with: comparedWith, verdict_digest: digest }: LedgerEvidence,
): LedgerEntry | null => {
  const last = decisionsAbout(entries, candidate).at(-1);
  const isSame =
    last?.action === 'reject' &&
    digest !== undefined &&
    last.evidence.verdict_digest === digest &&
    last.evidence.compared_with === comparedWith;
  return isSame ? last : null;
};
