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

/** null: it is taken. */
export const whyNoAnswer = (
  question: OpenQuestion | null,
  { candidate, experimentId, reason }: ApprovalAnswer,
  isBeingAnswered: boolean,
): string | null => {
  if (question === null) {
    return 'Nothing awaits approval.';
  }
  if (candidate !== null && candidate !== question.candidate) {
    return `Version ${candidate} does not await approval; version ${question.candidate} does.`;
  }
  if (experimentId !== null && experimentId !== question.experimentId) {
    return `Nothing of ${experimentId} awaits approval; version ${question.candidate} of ${question.experimentId} does.`;
  }
  if (isBlank(reason)) {
    return 'An answer needs a reason.';
  }
  return isBeingAnswered ? `Version ${question.candidate} is being decided already.` : null;
};
