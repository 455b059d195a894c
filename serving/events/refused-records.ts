/** What a client is told where its records cannot be kept or erased. */
import { TtExpError } from '../../contracts/errors.ts';
import { isDiskFull } from '../../host/files/file-errors.ts';

const failure = (cause: unknown, what: string, again: string): TtExpError =>
  isDiskFull(cause)
    ? new TtExpError('DISK_FULL', `${what}: no space left on the disk`, {
        hint: `Free some space, and ${again}.`,
        cause,
      })
    : new TtExpError('UPSTREAM_REJECTED', `${what}: their file cannot be written or read`, {
        hint: `Try later to ${again}; the server's log says what is wrong with the file.`,
        cause,
      });

/** Clients read it: where the file is stands in the log alone. @param what the records are, in the plural */
export const refused = (cause: unknown, what: string): TtExpError =>
  failure(cause, what, `send the ${what} again under the same ids`);

/** As `refused`, where records were to be erased. */
export const notErased = (cause: unknown, what: string): TtExpError => failure(cause, what, 'erase them again');

/** Whoever holds the lock, and where it is, stands in the log alone. */
export const erasedElsewhere = (cause: TtExpError, what: string): TtExpError =>
  new TtExpError('HOME_IN_USE', `${what}: another process is erasing some, or was killed while it did`, {
    hint: "Try again in a moment; the server's log says more.",
    cause,
  });
