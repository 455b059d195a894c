import { isAbsolute, relative } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import { isDiskFull, isFileError } from '../host/files/file-errors.ts';

const CODES = ['EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EEXIST'];

const isBelow = (folder: string, path: unknown): boolean => {
  const below = typeof path === 'string' ? relative(folder, path) : '..';
  return !below.startsWith('..') && !isAbsolute(below);
};

/**
 * What a home says that takes no new files, for want of space (DISK_FULL) or of the right (ENVIRONMENT_INVALID). On a read-only disk Node gives ENOENT for folders that it was to make with
 * those above them.
 *
 * @returns null for every other error
 */
export const explainHome = (error: unknown, home: string): TtExpError | null => {
  if (error instanceof Error && isDiskFull(error)) {
    return new TtExpError('DISK_FULL', `the home ${home} has no space left (${error.message})`, {
      hint: 'Free some: `tt-exp data gc` removes dataset versions and bundles that have not been used for long.',
      cause: error,
    });
  }
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
