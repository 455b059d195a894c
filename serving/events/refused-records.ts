/** What a client is told where its records cannot be kept or erased. */
import { TtExpError } from '../../contracts/errors.ts';
import { isDiskFull } from '../../host/files/file-errors.ts';

/** Clients read it: where the file is stands in the log alone. @param what the records are, in the plural */
export const refused = (cause: unknown, what: string): TtExpError =>
  isDiskFull(cause)
    ? new TtExpError('DISK_FULL', `${what}: no space left on the disk`, {
        hint: `Free some space, and send the ${what} again under the same ids.`,
        cause,
      })
    : new TtExpError('UPSTREAM_REJECTED', `${what}: their file cannot be written or read`, {
        hint: `Send the ${what} again later, under the same ids; the server's log says what is wrong with the file.`,
        cause,
      });

/** Whoever holds the lock, and where it is, stands in the log alone. */
export const erasedElsewhere = (cause: TtExpError, what: string): TtExpError =>
  new TtExpError('HOME_IN_USE', `${what}: another process is erasing some, or was killed while it did`, {
    hint: "Try again in a moment; the server's log says more.",
    cause,
  });
