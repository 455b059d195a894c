/** What the file system's errors mean. */
import { access } from 'node:fs/promises';

export const isFileError = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.some((code) => error.code === code);

/** No space left, or none that this user may take. */
export const isDiskFull = (error: unknown): boolean => isFileError(error, 'ENOSPC', 'EDQUOT');

/** Throws where it cannot be told: a folder that may not be looked into is not one without the file. */
export const exists = async (path: string): Promise<boolean> => {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) {
      return false;
    }
    throw error;
  }
};
