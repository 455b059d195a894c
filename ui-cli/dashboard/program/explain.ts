import { TtExpError } from '../../../contracts/errors.ts';

/** In one line, with its remedy where it knows one. */
export const explain = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  const hint = error instanceof TtExpError ? error.hint : undefined;
  return hint === undefined ? text : `${text}${text.endsWith('.') ? '' : ';'} ${hint}`;
};
