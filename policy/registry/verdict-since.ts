/** What became of a candidate since its verdict: by the ledger of its model, and whether its version still exists. */
import type { DecisionSince, GateDecision, GateVerdict, VerdictSince } from '../../contracts/gate.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import { decisionSentence, decisionsAbout } from './recorded-decision.ts';
import { advance, NO_STANDING } from './standing.ts';

export interface KnownSince {
  /** Of the candidate's model, oldest first; none where nobody knows its ledger. */
  readonly entries: readonly LedgerEntry[];
  /** When the experiment began: an earlier record about the version is of another verdict. */
  readonly beganAtMs: number;
  readonly isDeleted: boolean;
}

interface Became {
  readonly decision: DecisionSince;
  /** null: the verdict says it already. */
  readonly sentence: string | null;
}

const isPromotion = ({ action }: LedgerEntry): boolean => action !== 'reject' && action !== 'archive';

/** The record that ended its time as champion. Taking back a move by hand is none: it restores what an earlier one made. */
const displacedBy = (entries: readonly LedgerEntry[], version: string): LedgerEntry | undefined =>
  entries.findLast(({ action, alias, from }) => alias === 'champion' && action !== 'revert' && from === version);

const displacedSentence = (entry: LedgerEntry): string =>
  entry.to === null
    ? `It is not champion any more since ${entry.at.slice(0, 10)}: ${entry.reason}`
    : `Version ${entry.to} took its place. ${decisionSentence(entry)}`;

/** A record has the reason that the verdict which it rests on ends with. */
const isSaidIn = ({ reasons }: GateVerdict, { reason }: LedgerEntry): boolean =>
  reasons.at(-1)?.endsWith(reason) === true;

/** A rejection of what was champion, or is out of use, undoes neither: an experiment online ends with one, or a later verdict is one. */
const standingDecision = (decisions: readonly LedgerEntry[]): LedgerEntry | undefined =>
  decisions.findLast(({ action }) => action !== 'reject') ?? decisions.at(-1);

/** @param later records since its experiment began */
const becameOf = (
  verdict: GateVerdict,
  version: string,
  { entries, later, isDeleted }: KnownSince & { readonly later: readonly LedgerEntry[] },
): Became => {
  if (isDeleted) {
    return { decision: 'deleted', sentence: `Version ${version} was deleted from MLflow.` };
  }
  const last = standingDecision(decisionsAbout(later, version));
  const isChampion = entries.reduce(advance, NO_STANDING).champion === version;
  // A candidate that was champion already has no record of its experiment.
  const isByVerdict = last === undefined || last.action === 'reject';
  const wasPromoted = isByVerdict ? verdict.decision === 'promoted' : isPromotion(last);
  const displacing = wasPromoted && !isChampion ? displacedBy(later, version) : undefined;
  if (displacing !== undefined) {
    return { decision: 'superseded', sentence: displacedSentence(displacing) };
  }
  if (last === undefined) {
    return { decision: verdict.decision, sentence: null };
  }
  if (last.action === 'archive') {
    const isAnswer = verdict.reasons.at(-1)?.startsWith('Archived') === true;
    return { decision: 'archived', sentence: isAnswer ? null : decisionSentence(last) };
  }
  const decision = isPromotion(last) ? 'promoted' : 'rejected';
  const isKnown = decision === verdict.decision && isSaidIn(verdict, last);
  return { decision, sentence: isKnown ? null : decisionSentence(last) };
};

/**
 * @param verdict as its run has it by now: with the answer, where it had awaited approval
 * @returns null where nothing else became of the candidate than the gate said at the end of its experiment
 */
export const verdictSince = (verdict: GateVerdict, gateSaid: GateDecision, known: KnownSince): VerdictSince | null => {
  const version = verdict.candidate?.version ?? '';
  const later = known.entries.filter(({ at }) => Date.parse(at) >= known.beganAtMs);
  const { decision, sentence } = becameOf(verdict, version, { ...known, later });
  return decision === gateSaid && sentence === null
    ? null
    : {
        ...verdict,
        decision,
        reasons: sentence === null ? verdict.reasons : [...verdict.reasons, sentence],
        was_promoted: verdict.decision === 'promoted' || decisionsAbout(later, version).some(isPromotion),
      };
};
