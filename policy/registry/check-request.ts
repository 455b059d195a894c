/** What the owner of a registered model turns down at once, before it looks at the ledger. */
import { isBlank } from '../../contracts/blank-text.ts';
import type { ApprovalAnswer, OpenQuestion, RegistryRequest } from '../../contracts/registry-owner.ts';

const isVersion = (version: string | null | undefined): boolean => /^[1-9]\d*$/.test(version ?? '');

/** null: nothing. @param kind of the message that it came with */
export const whyNoRequest = (request: RegistryRequest, kind: string): string | null => {
  if (request.kind !== kind) {
    return `got a request of kind ${request.kind}, expected ${kind}`;
  }
  if (request.request === '' || isBlank(request.reason)) {
    return 'A request needs an id and a reason.';
  }
  const version = 'candidate' in request ? request.candidate : 'version' in request ? request.version : '1';
  return isVersion(version) ? null : `version: got ${JSON.stringify(version)}, expected a whole number`;
};

export interface Refusal {
  readonly message: string;
  /** Absent: whoever asks knows better where to look. */
  readonly hint?: string;
}

/** The answer that is under way decides: what was answered before it tells nothing. @param doing what that answer waits for */
const isBeingDecided = ({ candidate, gate: { model_name: name } }: OpenQuestion, doing: string | null): Refusal => ({
  message: `Version ${candidate} is being decided already${doing === null ? '' : ` (${doing})`}.`,
  hint: `Another answer is being carried out; \`tt-exp models show ${name}/${candidate}\` says what came of it. Where it still awaits approval then, answer again.`,
});

/** null: it is taken. @param deciding whether an answer is being carried out, and what that waits for */
export const whyNoAnswer = (
  question: OpenQuestion | null,
  { candidate, experimentId, reason }: ApprovalAnswer,
  { isAnswered, doing }: { readonly isAnswered: boolean; readonly doing: string | null },
): Refusal | null => {
  if (question === null) {
    return { message: 'Nothing awaits approval.' };
  }
  if (candidate !== null && candidate !== question.candidate) {
    return { message: `Version ${candidate} does not await approval; version ${question.candidate} does.` };
  }
  if (experimentId !== null && experimentId !== question.experimentId) {
    return {
      message: `Nothing of ${experimentId} awaits approval; version ${question.candidate} of ${question.experimentId} does.`,
    };
  }
  if (isBlank(reason)) {
    return { message: 'An answer needs a reason.' };
  }
  return isAnswered ? isBeingDecided(question, doing) : null;
};
