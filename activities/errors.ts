/** The one place where errors of activities become Temporal failures. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { ERROR_CATALOGUE, type ErrorCode, TtExpError } from '../contracts/errors.ts';
import { redactError } from '../contracts/redact.ts';
import { WORKER_SHUTDOWN } from './stop-signals.ts';
import { type Activities, wrapActivities } from './wrap-activities.ts';

/** What a source needs is looked for on the host of the worker, which may not be the one where the command was given. */
const OF_THE_HOST: ReadonlySet<ErrorCode> = new Set(['SOURCE_NOT_FOUND', 'ENVIRONMENT_INVALID']);

const hintFrom = ({ code, hint }: TtExpError, workerHost: string): string | null =>
  OF_THE_HOST.has(code)
    ? `${hint ?? ''} It must be there on the worker that runs this step, on host ${workerHost}.`.trimStart()
    : (hint ?? null);

/**
 * Maps TtExpError to an ApplicationFailure of its code; anything unknown is a bug (INTERNAL), which the retry policies
 * try a bounded number of times. Cancellation passes through untouched.
 */
export const toFailure = (error: unknown, workerHost: string): unknown => {
  if (error instanceof CancelledFailure && error.message === WORKER_SHUTDOWN) {
    return ApplicationFailure.retryable('the worker was shut down; another attempt resumes', WORKER_SHUTDOWN);
  }
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) {
    return error;
  }
  if (error instanceof TtExpError) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.code,
      nonRetryable: !ERROR_CATALOGUE[error.code].isRetryable,
      details: [{ hint: hintFrom(error, workerHost), details: error.details }],
      cause: error,
    });
  }
  const cause = redactError(error instanceof Error ? error : new Error(String(error)));
  return ApplicationFailure.create({ message: cause.message, type: 'INTERNAL', cause });
};

/** Wraps every activity of a table with the error mapper. */
export const withFailures = <Table extends Activities>(table: Table, workerHost: string): Table =>
  wrapActivities(table, (run) =>
    run().catch((error: unknown) => {
      throw toFailure(error, workerHost);
    }),
  );
