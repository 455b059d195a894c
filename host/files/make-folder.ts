import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exists, isFileError } from './file-errors.ts';

/**
 * With the folders above it. Node's own `recursive` never ends below a folder that refuses new ones with ENOENT, as
 * /proc does; here that is an error.
 */
export const makeFolder = async (folder: string, mode?: number): Promise<void> => {
  try {
    await mkdir(folder, mode);
  } catch (error) {
    if (isFileError(error, 'ENOENT') && !(await exists(dirname(folder)))) {
      await makeFolder(dirname(folder), mode);
      await makeFolder(folder, mode);
    } else if (!isFileError(error, 'EEXIST') || !(await stat(folder)).isDirectory()) {
      throw error;
    }
  }
};
