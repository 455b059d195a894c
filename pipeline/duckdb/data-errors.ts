import { TtExpError } from '../../contracts/errors.ts';
import { isDiskFull } from '../../host/files/file-errors.ts';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

const meansFullDisk = (error: unknown): boolean =>
  isDiskFull(error) ||
  /no space left on device|disk quota exceeded|max_temp_directory_size|could not write all bytes/i.test(
    messageOf(error),
  );

/** The TtExpError for what DuckDB or the file system threw while doing `what`. A TtExpError stays as it is. */
export const toDataError = (error: unknown, what: string): TtExpError => {
  if (error instanceof TtExpError) {
    return error;
  }
  const got = firstLine(messageOf(error));
  if (meansFullDisk(error)) {
    return new TtExpError('DISK_FULL', `No space left on the disk: could not ${what} (${got})`, {
      hint: 'Free space on the disk of the data folder, or move TT_EXP_HOME to a larger disk, and run again: finished stages are kept.',
      cause: error,
    });
  }
  if (/^Out of Memory Error/.test(got)) {
    return new TtExpError('OUT_OF_MEMORY', `DuckDB reached its memory limit: could not ${what} (${got})`, {
      hint: 'Give the worker more memory, or raise the memory limit of the data pipeline.',
      cause: error,
    });
  }
  return new TtExpError('INTERNAL', `Could not ${what}: ${got}`, { cause: error });
};
