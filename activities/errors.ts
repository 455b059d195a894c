/** The one place where errors of activities become Temporal failures. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { ERROR_CATALOGUE, TtExpError } from '../contracts/errors.ts';
import { WORKER_SHUTDOWN } from './stop-signals.ts';

/**
 * Maps TtExpError to an ApplicationFailure of its code; anything unknown is a bug (INTERNAL), which the retry policies
 * try a bounded number of times. Cancellation passes through untouched.
 */
export const toFailure = (error: unknown): unknown => {
  if (error instanceof CancelledFailure && error.message === WORKER_SHUTDOWN) {
    return ApplicationFailure.retryable('the worker was shut down; another attempt goes on', WORKER_SHUTDOWN);
  }
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) {
    return error;
  }
  if (error instanceof TtExpError) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.code,
      nonRetryable: !ERROR_CATALOGUE[error.code].isRetryable,
      details: [{ hint: error.hint ?? null, details: error.details }],
      cause: error,
    });
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  return ApplicationFailure.create({ message: cause.message, type: 'INTERNAL', cause });
};

type Activities = Record<string, (request: never) => Promise<unknown>>;

/** Wraps every activity of a table with the error mapper; names and types stay. */
export const withFailures = <Table extends Activities>(table: Table): Table => {
  const wrapped = Object.entries(table).map(([name, activity]) => [
    name,
    async (request: never): Promise<unknown> => {
      try {
        return await activity(request);
      } catch (error) {
        throw toFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Table;
};
