import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isFileError } from './file-errors.ts';

/**
 * With the folders above it. Node's own `recursive` never ends below a folder that refuses new ones with ENOENT, as
 * /proc does; here that is an error.
 */
export const makeFolder = async (folder: string, mode?: number): Promise<void> => {
  try {
    await makeOne(folder, mode);
  } catch (error) {
    if (!isFileError(error, 'ENOENT') || dirname(folder) === folder) {
      throw error;
    }
    await makeFolder(dirname(folder), mode);
    // Asked again even where the folder above exists: it may have come between our attempt and the look at it.
    await makeOne(folder, mode);
  }
};

const makeOne = async (folder: string, mode: number | undefined): Promise<void> => {
  try {
    await mkdir(folder, mode);
  } catch (error) {
    if (!isFileError(error, 'EEXIST') || !(await stat(folder)).isDirectory()) {
      throw error;
    }
  }
};
