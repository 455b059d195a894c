/** What a training must not lose: its checkpoints, its model, its history. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { isDiskFull } from './file-errors.ts';
import { replaceFile } from './replace-file.ts';

/** A crash leaves the earlier file. Throws DISK_FULL. */
export const writeDurably = async (file: string, chunks: readonly (string | Uint8Array)[]): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  try {
    await replaceFile(file, (temporary) => writeFile(temporary, chunks));
  } catch (error) {
    throw isDiskFull(error)
      ? new TtExpError('DISK_FULL', `${file}: no space left on the disk for a checkpoint`, {
          hint: 'Free some space (old trials are under trials/ in the home folder); the step is retried automatically.',
          cause: error,
        })
      : error;
  }
};
