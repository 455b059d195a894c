/** What a client is told where its records cannot be kept or erased. */
import { TtExpError } from '../../contracts/errors.ts';
import { isDiskFull, isFileError } from '../../host/files/file-errors.ts';

const failure = (cause: unknown, what: string, again: string): TtExpError => {
  if (isDiskFull(cause)) {
    return new TtExpError('DISK_FULL', `${what}: no space left on the disk`, {
      hint: `Free some space, and ${again}.`,
      cause,
    });
  }
  const why = isFileError(cause, 'EROFS') ? 'the disk is read-only' : 'their file cannot be written or read';
  return new TtExpError('UPSTREAM_REJECTED', `${what}: ${why}`, {
    hint: `Try later to ${again}; the server's log says what is wrong with the file.`,
    cause,
  });
};

const sentAgain = (what: string): string => `send the ${what} again under the same ids`;

/** Clients read it: where the file is stands in the log alone. @param what the records are, in the plural */
export const refused = (cause: unknown, what: string): TtExpError => failure(cause, what, sentAgain(what));

/** As `refused`, where the file is read all the same. */
export const refusedNew = (cause: unknown, what: string): TtExpError => {
  const why = isFileError(cause, 'EROFS') ? 'the disk is read-only' : 'their file cannot be written';
  return new TtExpError('UPSTREAM_REJECTED', `${what}: new ones are refused, because ${why}; earlier ones count`, {
    hint: `Let the server write the file that its log names, and ${sentAgain(what)}.`,
    cause,
  });
};

/** As `refused`, where records were to be erased. */
export const notErased = (cause: unknown, what: string): TtExpError => failure(cause, what, 'erase them again');

/** Whoever holds the lock, and where it is, stands in the log alone. */
export const erasedElsewhere = (cause: TtExpError, what: string): TtExpError =>
  new TtExpError('HOME_IN_USE', `${what}: another process is erasing some, or was killed while it did`, {
    hint: "Try again in a moment; the server's log says more.",
    cause,
  });
