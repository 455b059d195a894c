/** From Temporal failures back to the error records of our catalogue. */
import { ApplicationFailure, isCancellation, rootCause, TimeoutFailure } from '@temporalio/workflow';
import { type ErrorRecord, isErrorCode, TtExpError, toErrorRecord } from '../contracts/errors.ts';

interface FailureDetail {
  readonly hint?: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
}

const innermost = (error: unknown): unknown => {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error && !(current instanceof ApplicationFailure)) {
    current = current.cause;
  }
  return current;
};

export const toRecord = (error: unknown): ErrorRecord => {
  if (isCancellation(error)) {
    return { code: 'INTERRUPTED', message: 'cancelled on request' };
  }
  const failure = innermost(error);
  if (failure instanceof ApplicationFailure) {
    const detail = (failure.details?.[0] ?? {}) as FailureDetail;
    return {
      code: isErrorCode(failure.type) ? failure.type : 'INTERNAL',
      message: failure.message,
      ...(typeof detail.hint === 'string' ? { hint: detail.hint } : {}),
      ...(detail.details === undefined ? {} : { details: detail.details }),
    };
  }
  if (failure instanceof TtExpError) {
    return toErrorRecord(failure);
  }
  if (failure instanceof TimeoutFailure) {
    return {
      code: 'TIMED_OUT',
      message: `a step did not end in time (${failure.timeoutType})`,
      hint: 'Check the worker logs (`tt-exp status` names them); the step had already been retried.',
    };
  }
  return { code: 'INTERNAL', message: rootCause(error) ?? String(error) };
};

/** The way back: what a workflow or an update fails with. */
export const failureOf = ({ code, message, hint, details }: ErrorRecord): ApplicationFailure =>
  ApplicationFailure.create({ type: code, nonRetryable: true, message, details: [{ hint, details }] });
