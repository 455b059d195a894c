/** Files that exist whole or not at all. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';

const explain = (file: string, error: unknown): unknown =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    ? new TtExpError('DISK_FULL', `${file}: got no space left on the disk, expected room for a checkpoint`, {
        hint: 'Free some space (old trials lie in the home folder under trials/); the step is tried again by itself.',
        cause: error,
      })
    : error;

/** Writes beside the file, flushes to the disk, renames. A crash leaves the earlier file. Throws DISK_FULL. */
export const writeDurably = async (file: string, chunks: readonly (string | Uint8Array)[]): Promise<void> => {
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  try {
    const handle = await open(temporary, 'w');
    try {
      for (const chunk of chunks) {
        await handle.writeFile(chunk);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw explain(file, error);
  }
};
