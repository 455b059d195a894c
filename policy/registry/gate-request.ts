/** What an experiment asks the owner of its registered model for, once the gate has decided. */
import { type DecidedVerdict, isChampionAlready } from '../../contracts/gate.ts';
import type { LedgerEvidence } from '../../contracts/ledger.ts';
import type { Aliases, ApprovalQuestion, RegistryRequest } from '../../contracts/registry-owner.ts';

export interface GateRequestOptions {
  /** Id of the request. */
  readonly request: string;
  readonly question: Omit<ApprovalQuestion, 'verdict'>;
}

/** What a record of the ledger says that it rests on. */
export const verdictEvidence = (
  { candidate, champion, compared_with, champion_stand_in: standIn }: DecidedVerdict,
  { experimentId, parentRunId, runId, datasetVersion, testDigests }: Omit<ApprovalQuestion, 'verdict'>,
): LedgerEvidence => ({
  run_id: runId,
  experiment_id: experimentId,
  verdict_run_id: parentRunId,
  ...testDigests,
  dataset_version: datasetVersion,
  compared_with,
  ndcg_at_10: candidate.ndcg_at_10,
  // Verdicts of earlier versions lack it.
  ...(standIn == null || champion === null ? {} : { stand_in_run_id: standIn.run_id }),
});

export const gateRequest = (verdict: DecidedVerdict, { request, question }: GateRequestOptions): RegistryRequest => {
  const { candidate, champion, reasons } = verdict;
  const { experimentId } = question;
  const asked = {
    ...{ request, actor: experimentId, reason: reasons.at(-1) ?? verdict.decision, verdict },
    candidate: candidate.version,
    comparedWith: verdict.compared_with,
    manualMoves: question.gate.manual_moves ?? 'accept',
    evidence: verdictEvidence(verdict, question),
  };
  switch (verdict.decision) {
    case 'promoted':
      return {
        ...{ ...asked, kind: 'promote', supersedes: verdict.champion_problem !== null },
        // Of two versions of one run the champion stays the one that it is.
        ...(champion !== null && isChampionAlready(verdict) ? { candidate: champion.version } : {}),
      };
    case 'rejected':
      return { ...asked, kind: 'reject' };
    case 'awaiting_approval':
      return { ...asked, kind: 'challenge', question: { ...question, verdict } };
  }
};

/** Names of the aliases that point to a version. */
export const aliasesAt = (aliases: Aliases, version: string): readonly string[] =>
  Object.entries(aliases)
    .filter(([, pointsTo]) => pointsTo === version)
    .map(([alias]) => alias)
    .sort();
