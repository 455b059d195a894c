import { TtExpError } from '../contracts/errors.ts';

/** What no retry brings back. An MLflow that is out of reach or refuses is another matter: it fails the step. */
export const isGone = (error: unknown): error is TtExpError =>
  error instanceof TtExpError &&
  (error.code === 'MODEL_NOT_LOADING' ||
    (error.code === 'UPSTREAM_REJECTED' && error.details.errorCode === 'RESOURCE_DOES_NOT_EXIST'));
