/** How a question about a candidate ends: with a verdict that stands in place of the one that awaits approval. */
import type { DecidedVerdict, GateVerdict } from '../../contracts/gate.ts';
import { OWNER_ACTOR } from '../../contracts/ledger.ts';
import type { ApprovalAnswer, OpenQuestion, RegistryRequest } from '../../contracts/registry-owner.ts';
import { latestReasons } from '../gate/decide-gate.ts';

const HOUR_MS = 3_600_000;

const settled = ({ verdict }: OpenQuestion, decision: 'promoted' | 'rejected', sentence: string): DecidedVerdict => ({
  ...verdict,
  decision,
  reasons: [...verdict.reasons, sentence],
});

/** What was asked about, before `settled` added the answer: a record may rest on it. */
export const beforeAnswer = (verdict: GateVerdict): GateVerdict => ({
  ...verdict,
  decision: 'awaiting_approval',
  reasons: verdict.reasons.slice(0, -1),
});

/** What the gate itself had decided, where an answer stands in its place by now. */
export const gateSaid = (decision: string, reasons: readonly string[]): string =>
  latestReasons(reasons)
    .slice(0, -1)
    .some((reason) => reason.startsWith('Awaits approval'))
    ? 'awaiting_approval'
    : decision;

const DONE_BY = {
  promote: 'Promoted',
  rollback: 'Made champion by a rollback',
  reject: 'Rejected',
  archive: 'Archived',
};

const sentenceOf = (kind: keyof typeof DONE_BY, by: string, reason: string): string =>
  `${DONE_BY[kind]} by ${by}: ${reason}`;

/** @param verdict the question's own, or what the gate has made of the candidate beside the champion of now */
export const approvedBy = (
  verdict: DecidedVerdict,
  { by, reason }: Pick<ApprovalAnswer, 'by' | 'reason'>,
): DecidedVerdict => ({
  ...verdict,
  decision: 'promoted',
  reasons: [...verdict.reasons, `Approved by ${by}: ${reason}`],
});

export const rejectedBy = (question: OpenQuestion, by: string, reason: string): DecidedVerdict =>
  settled(question, 'rejected', sentenceOf('reject', by, reason));

/** Why it is rejected where nobody answered in time. */
export const expiryReason = ({ askedAtMs, expiresAtMs }: OpenQuestion): string =>
  `nobody answered within ${Number((((expiresAtMs ?? askedAtMs) - askedAtMs) / HOUR_MS).toFixed(3))} h (gate.approval_timeout)`;

/** Why it is rejected where the model's owner is asked about another candidate. */
export const supersededReason = (candidate: string): string =>
  `superseded by version ${candidate}, which awaits approval now`;

/** For a log: its model has another name by now, or was deleted. */
export const describeLost = (modelName: string, { candidate, experimentId }: OpenQuestion): string =>
  `${modelName}: the question about version ${candidate} of ${experimentId} cannot be answered under this name any more: its model was renamed in MLflow, where it is open under the new name, or deleted`;

/** What another request that was done makes of the question: null where it stays open. */
export const settledBy = (
  question: OpenQuestion,
  request: RegistryRequest,
  champion: string | null,
): DecidedVerdict | null => {
  const { candidate } = question;
  const { actor, reason } = request;
  const { run_id: runId = question.runId } = request.evidence;
  if (champion === candidate && runId !== question.runId) {
    return settled(question, 'rejected', `Rejected: version ${candidate} is of run ${runId} by now, not of this one`);
  }
  if (champion === candidate) {
    const kind = request.kind === 'rollback' ? 'rollback' : 'promote';
    return settled(question, 'promoted', sentenceOf(kind, actor, reason));
  }
  switch (request.kind) {
    case 'challenge':
      if (request.question === undefined) {
        return null;
      }
      return request.candidate === candidate
        ? settled(question, 'rejected', 'Rejected: asked again by a later experiment')
        : rejectedBy(question, OWNER_ACTOR, supersededReason(request.candidate));
    case 'reject':
      return request.candidate === candidate ? rejectedBy(question, actor, reason) : null;
    case 'archive':
      return request.version === candidate ? settled(question, 'rejected', sentenceOf('archive', actor, reason)) : null;
    default:
      return null;
  }
};
