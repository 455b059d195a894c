/** A person's answer to the question about a candidate, or its expiry. */
import type { DecidedVerdict } from '../contracts/gate.ts';
import { type LedgerEvidence, OWNER_ACTOR } from '../contracts/ledger.ts';
import type { ApprovalAnswer, ApprovalResult, OpenQuestion, RegistryAnswer } from '../contracts/registry-owner.ts';
import type { EvaluateBestResult } from '../contracts/steps.ts';
import { outdatedReasons } from '../policy/gate/decide-gate.ts';
import { isUnansweredAbout } from '../policy/gate/unreadable-champion.ts';
import { verdictEvidence } from '../policy/registry/gate-request.ts';
import { approvedBy, expiryReason, rejectedBy } from '../policy/registry/settle-question.ts';
import { evaluateBeside } from './champion-stand-in.ts';
import { decideOn, withTestOf } from './evaluate-candidate.ts';
import { failureOf } from './failures.ts';
import type { RegistryOwner } from './registry-owner.ts';

type Settled = Extract<RegistryAnswer, { readonly kind: 'done' }>;

interface Answering {
  readonly request: string;
  readonly by: string;
  readonly reason: string;
}

/** What the record says beside the verdict: of an approval that the gate's own rejection follows. */
type Approval = Pick<LedgerEvidence, 'approved_by' | 'approval_reason'>;

interface Settling extends Pick<EvaluateBestResult, 'testDigests'> {
  readonly approval?: Approval;
}

const settle = (
  owner: RegistryOwner,
  question: OpenQuestion,
  { request, by: actor, reason, approval, testDigests }: Answering & Settling,
  verdict: DecidedVerdict,
): Promise<RegistryAnswer> => {
  const { candidate } = question;
  const evidence = { ...verdictEvidence(verdict, question), ...testDigests, ...approval };
  const asked = { request, actor, reason, evidence, verdict, candidate };
  return owner.settle(
    question,
    verdict.decision === 'promoted'
      ? {
          ...{ ...asked, kind: 'promote', comparedWith: verdict.compared_with },
          supersedes: verdict.champion_problem !== null,
        }
      : { ...asked, kind: 'reject' },
    verdict,
  );
};

/** Throws MOVE_REFUSED. */
const done = (owner: RegistryOwner, question: OpenQuestion, answer: RegistryAnswer): Settled => {
  if (answer.kind === 'done') {
    return answer;
  }
  const { reason, hint } =
    answer.kind === 'refused' ? answer : { reason: 'The champion keeps changing.', hint: 'Answer once more.' };
  const stays = ` The question stays open: \`tt-exp reject <model> --reason …\` settles it.`;
  throw failureOf({
    code: 'MOVE_REFUSED',
    message: reason,
    hint: owner.question === question ? `${hint}${stays}` : hint,
  });
};

/** Nobody was asked whether the candidate may supersede a champion that cannot be compared with. */
const refuseToSupersede = ({ gate, candidate }: OpenQuestion, { compared_with: version, reasons }: DecidedVerdict) =>
  failureOf({
    code: 'MOVE_REFUSED',
    message: `Version ${version} has become champion since the question was asked, and cannot be compared with. ${reasons.at(-1) ?? ''}`,
    hint: `To supersede it, \`tt-exp models promote ${gate.model_name}/${candidate} --reason …\`. The question stays open: \`tt-exp reject ${gate.model_name} --reason …\` settles it.`,
  });

const comparingText = ({ candidate, gate }: OpenQuestion, champion: string | null): string => {
  const beside = champion === null ? 'no version is champion by now' : `version ${champion} is champion by now`;
  const training =
    champion !== null && gate.unreadable_champion === 'retrain'
      ? '; where that one cannot be read, its settings are trained first'
      : '';
  return `${beside}: version ${candidate} is evaluated again and the gate decides anew${training}`;
};

/**
 * An approval holds against the champion that the gate compared with. Where another is champion by now, the candidate is
 * evaluated again beside that one, and the gate decides anew: what it lets pass is approved already. Whether it supersedes
 * one that cannot be compared with is another question than the one that was answered. Throws MOVE_REFUSED.
 */
const approve = async (
  owner: RegistryOwner,
  question: OpenQuestion,
  answering: Answering,
): Promise<{ readonly verdict: DecidedVerdict; readonly answer: Settled }> => {
  let verdict = approvedBy(question.verdict, answering);
  let asked: Answering & Settling = answering;
  for (let round = 1; ; round += 1) {
    const request = `${answering.request}/${round}`;
    const answer = await settle(owner, question, { ...asked, request }, verdict);
    if (answer.kind !== 'outdated') {
      return { verdict, answer: done(owner, question, answer) };
    }
    const earlier = outdatedReasons(verdict, answer.champion);
    owner.doing = comparingText(question, answer.champion);
    const evaluated = await evaluateBeside(question, (wanted) =>
      owner.look({ ...wanted, actor: answering.by }),
    ).finally(() => {
      owner.doing = null;
    });
    const again = decideOn(question, question.candidate, evaluated, question.verdict.blessing ?? null);
    if (isUnansweredAbout(question.gate, again)) {
      throw refuseToSupersede(question, again);
    }
    asked = withTestOf(asked, evaluated);
    const decided = { ...again, reasons: [...earlier, ...again.reasons] };
    if (again.decision === 'rejected') {
      // The gate rejects, not the person who has approved: as everywhere the gate acts in the name of the experiment.
      const rejection = {
        ...asked,
        ...{ request, by: question.experimentId, reason: again.reasons.at(-1) ?? again.decision },
        approval: { approved_by: answering.by, approval_reason: answering.reason },
      };
      return { verdict: decided, answer: done(owner, question, await settle(owner, question, rejection, decided)) };
    }
    verdict = approvedBy(decided, answering);
  }
};

export const answerQuestion = async (
  owner: RegistryOwner,
  question: OpenQuestion,
  answering: ApprovalAnswer,
): Promise<ApprovalResult> => {
  const { by, reason, isApproved } = answering;
  const { experimentId, candidate } = question;
  const reject = async () => {
    const verdict = rejectedBy(question, by, reason);
    return { verdict, answer: done(owner, question, await settle(owner, question, answering, verdict)) };
  };
  const { verdict, answer } = await (isApproved ? approve(owner, question, answering) : reject());
  const { entry, aliases } = answer;
  return { experimentId, candidate, verdict, entry, aliases, problem: owner.problem };
};

/** Rejected where nobody answered in time. Throws where that cannot be carried out: what stays open is tried again. */
export const expire = async (owner: RegistryOwner, question: OpenQuestion): Promise<void> => {
  const answering = { by: OWNER_ACTOR, reason: expiryReason(question), request: `expiry/${question.parentRunId}` };
  const verdict = rejectedBy(question, answering.by, answering.reason);
  done(owner, question, await settle(owner, question, answering, verdict));
};
