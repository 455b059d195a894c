/** The error of a model that is not whole. */
import { TtExpError } from '../contracts/errors.ts';
import { MESSAGE } from '../contracts/names.ts';

export const notLoading = (what: string, hint: string, cause?: unknown): TtExpError =>
  new TtExpError('MODEL_NOT_LOADING', `${MESSAGE.modelNotLoading}: ${what}`, { hint, cause });
