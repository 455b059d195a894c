import { isAbsolute, relative } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import { isFileError } from '../host/files/file-errors.ts';

const CODES = ['EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EEXIST'];

const isBelow = (folder: string, path: unknown): boolean => {
  const below = typeof path === 'string' ? relative(folder, path) : '..';
  return !below.startsWith('..') && !isAbsolute(below);
};

/**
 * What a home says that takes no new files. On a read-only disk Node gives ENOENT for folders that it was to make with
 * those above them.
 *
 * @returns null for every other error
 */
export const explainHome = (error: unknown, home: string): TtExpError | null => {
  if (!(error instanceof Error && 'path' in error && isBelow(home, error.path))) {
    return null;
  }
  const isRefused = isFileError(error, ...CODES);
  const isUnmade = isFileError(error, 'ENOENT') && 'syscall' in error && error.syscall === 'mkdir';
  return isRefused || isUnmade
    ? new TtExpError('ENVIRONMENT_INVALID', `the home ${home} cannot be written (${error.message})`, {
        hint: 'Let this user write there, or set TT_EXP_HOME to another folder.',
        cause: error,
      })
    : null;
};
