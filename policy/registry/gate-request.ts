/** What an experiment asks the owner of its registered model for, once the gate has decided. */
import { type DecidedVerdict, isChampionAlready } from '../../contracts/gate.ts';
import type { Aliases, ApprovalQuestion, RegistryRequest } from '../../contracts/registry-owner.ts';

export interface GateRequestOptions {
  /** Id of the request. */
  readonly request: string;
  readonly question: Omit<ApprovalQuestion, 'verdict'>;
}

export const gateRequest = (verdict: DecidedVerdict, { request, question }: GateRequestOptions): RegistryRequest => {
  const { candidate, champion, compared_with: comparedWith, reasons } = verdict;
  const { experimentId, parentRunId, runId, datasetVersion } = question;
  const asked = {
    ...{ request, actor: experimentId, reason: reasons.at(-1) ?? verdict.decision, verdict },
    candidate: candidate.version,
    comparedWith,
    manualMoves: question.gate.manual_moves ?? 'accept',
    evidence: {
      run_id: runId,
      experiment_id: experimentId,
      verdict_run_id: parentRunId,
      dataset_version: datasetVersion,
      compared_with: comparedWith,
      ndcg_at_10: candidate.ndcg_at_10,
    },
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
