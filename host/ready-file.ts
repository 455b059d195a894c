import { writeFile } from 'node:fs/promises';
import { TtExpError } from '../contracts/errors.ts';

/** Tells whoever started this process that it is ready: the file holds its pid. Throws ENVIRONMENT_INVALID. */
export const writeReadyFile = async (file: string): Promise<void> => {
  try {
    await writeFile(file, String(process.pid));
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new TtExpError('ENVIRONMENT_INVALID', `ready file ${file}: cannot be written (${reason})`, {
      hint: 'Make its folder writable for the user of the worker, or name another file with --ready-file.',
      cause,
    });
  }
};
