import { type ErrorCode, TtExpError } from '../../contracts/errors.ts';

interface Known {
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint: string;
}

const FOLDERS = 'Set TT_EXP_HOME and TT_EXP_CACHE to writable folders.';
const FILES: Known = {
  code: 'SERVICE_START_FAILED',
  what: 'too many open files',
  hint: 'Raise the limit, for example with `ulimit -n 4096`, and run the command again.',
};
const FULL: Known = {
  code: 'DISK_FULL',
  what: 'no space left',
  hint: 'Free space on the disk that the message names, then run the command again.',
};
const TOO_LARGE: Known = {
  code: 'DISK_FULL',
  what: 'a file may not grow any more',
  hint: 'Raise the limit on the size of files (`ulimit -f`), or write to another disk.',
};
const UNWRITABLE: Known = { code: 'ENVIRONMENT_INVALID', what: 'a folder cannot be used', hint: FOLDERS };

/** What the machine refuses, and no mistake of ours. */
const KNOWN: Readonly<Record<string, Known>> = {
  EMFILE: FILES,
  ENFILE: FILES,
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: TOO_LARGE,
  EROFS: UNWRITABLE,
  EACCES: UNWRITABLE,
  ENOTDIR: UNWRITABLE,
};

/** The error of the system as one of ours, where the user can do something about it; else as it is. */
export const explainSystemError = (error: unknown): unknown => {
  if (error instanceof TtExpError || !(error instanceof Error) || !('code' in error)) {
    return error;
  }
  const known = KNOWN[String(error.code)];
  return known === undefined
    ? error
    : new TtExpError(known.code, `${known.what} (${error.message})`, { hint: known.hint, cause: error });
};
