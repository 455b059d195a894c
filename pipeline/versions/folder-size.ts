import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const ifGone =
  <T>(fallback: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      return fallback;
    }
    throw error;
  };

/** Names in a folder, sorted; none where there is no such folder, or a file. */
export const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(ifGone<string[]>([]))).sort();

/** Bytes of all files below; 0 for what is gone meanwhile. */
export const folderBytes = async (folder: string): Promise<number> => {
  const details = await stat(folder).catch(ifGone(null));
  if (details === null) {
    return 0;
  }
  if (!details.isDirectory()) {
    return details.size;
  }
  let bytes = 0;
  for (const name of await namesIn(folder)) {
    bytes += await folderBytes(join(folder, name));
  }
  return bytes;
};

/** When something was last changed, epoch milliseconds; null for what is gone. */
export const changedAtMs = async (path: string): Promise<number | null> =>
  (await stat(path).catch(ifGone(null)))?.mtimeMs ?? null;
