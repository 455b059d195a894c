import { chmod, mkdtemp, readdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, TtExpError } from '../contracts/errors.ts';
import { isDiskFull, isFileError } from '../host/files/file-errors.ts';
import { makeFolder } from '../host/files/make-folder.ts';

const PRIVATE = 0o700;
/** Folders that nobody but us makes under these names. */
const OUR_NAMES = ['services', 'logs', 'temporal', 'mlflow', 'trials', 'source-variables'];
/** Names in a home that a folder of the user may have as well. */
const OTHER_NAMES = ['data', 'models', 'source-variables.json', '.gitignore'];

const unusable = (code: ErrorCode, home: string, what: string, hint: string, cause: unknown): TtExpError =>
  new TtExpError(code, `home folder: ${home} ${what}`, { hint, cause });

const HINT = 'Set TT_EXP_HOME to a writable folder.';

const explain = (error: unknown, home: string): unknown => {
  const is = (...codes: readonly string[]): boolean => isFileError(error, ...codes);
  if (is('ENOTDIR', 'EEXIST')) {
    return unusable('ENVIRONMENT_INVALID', home, 'is a file, or is below one', HINT, error);
  }
  if (is('ENOENT')) {
    return unusable('ENVIRONMENT_INVALID', home, 'is below a folder that takes no new ones', HINT, error);
  }
  if (is('EROFS')) {
    return unusable('ENVIRONMENT_INVALID', home, 'is on a read-only disk', HINT, error);
  }
  if (is('EACCES', 'EPERM')) {
    return unusable('ENVIRONMENT_INVALID', home, 'is not writable for this user', HINT, error);
  }
  if (isDiskFull(error)) {
    const hint = `Free space on the disk that holds ${home}, then run the command again.`;
    return unusable('DISK_FULL', home, 'has no space left', hint, error);
  }
  return error;
};

/** Keeps other users out: of a home that holds nothing but ours, else of the folders in it that only we make. */
const closeToOthers = async (home: string): Promise<void> => {
  const names = await readdir(home);
  const isOursAlone = names.every((name) => OUR_NAMES.includes(name) || OTHER_NAMES.includes(name));
  const isHome = names.includes('services');
  const own = isHome ? names.filter((name) => OUR_NAMES.includes(name)) : [];
  const folders = isOursAlone ? [home] : own.map((name) => join(home, name));
  for (const folder of folders) {
    const { mode, uid } = await stat(folder);
    // A folder that somebody else has lent us keeps its rights.
    if ((mode & 0o077) !== 0 && uid === process.getuid?.()) {
      await chmod(folder, mode & PRIVATE);
    }
  }
};

/**
 * Makes the home where it is missing, readable by its owner alone, and closes an existing one to other users. Throws
 * ENVIRONMENT_INVALID where it is no folder that can be written, DISK_FULL.
 */
export const prepareHome = async (home: string): Promise<void> => {
  try {
    await makeFolder(home, PRIVATE);
    await rmdir(await mkdtemp(join(home, '.probe-')));
    await closeToOthers(home);
  } catch (error) {
    throw explain(error, home);
  }
};
