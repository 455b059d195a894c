/** Where a copy of a model may go: a new or empty folder, or, on request, the place of an earlier copy. */
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import { isObject } from '../contracts/is-object.ts';
import { ARTIFACT, MANIFEST_FILE } from '../contracts/names.ts';
import { isFileError } from '../host/files/file-errors.ts';

export interface PullTarget {
  /** Absolute. */
  readonly folder: string;
  readonly isForced: boolean;
  /** Absolute folders that neither are replaced nor lie in what is: where the command runs, and its home. */
  readonly keeps: readonly string[];
}

const OTHER = 'Choose another --to: a new or an empty folder.';
const NAMED_FILES = 3;

const refusal = (folder: string, what: string, hint = OTHER): TtExpError =>
  new TtExpError('USAGE', `--to: ${folder} ${what}`, { hint });

/** What the system says where a folder cannot be made, read or written. */
export const explainTarget = (error: unknown, folder: string): unknown =>
  isFileError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'ELOOP', 'ENAMETOOLONG', 'EBUSY')
    ? new TtExpError('ENVIRONMENT_INVALID', `--to: ${folder} cannot be written (${(error as Error).message})`, {
        hint: 'Choose another --to: a folder that you may write.',
        cause: error,
      })
    : error;

/** Relative paths of all that is no folder, links among them. */
const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();

/** Of a copy of ours; null where there is no manifest that names files. */
const expectedFiles = async (folder: string): Promise<ReadonlySet<string> | null> => {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, ARTIFACT.modelFolder, MANIFEST_FILE), 'utf8'));
    if (!isObject(manifest) || !isObject(manifest.files)) {
      return null;
    }
    const names = [MANIFEST_FILE, ...Object.keys(manifest.files)];
    return new Set([ARTIFACT.encoder, ...names.map((name) => `${ARTIFACT.modelFolder}/${name}`)]);
  } catch (error) {
    if (error instanceof SyntaxError || isFileError(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) {
      return null;
    }
    throw error;
  }
};

/** Throws USAGE unless there is nothing but what a pull has written. @param shown its name for the user */
export const requireCopyAlone = async (folder: string, shown = folder): Promise<void> => {
  const expected = await expectedFiles(folder);
  if (expected === null) {
    throw refusal(shown, 'exists and holds no model', `${OTHER} --force replaces only what \`models pull\` wrote.`);
  }
  const others = (await filesIn(folder)).filter((file) => !expected.has(file));
  if (others.length > 0) {
    const more = others.length > NAMED_FILES ? ` and ${others.length - NAMED_FILES} more` : '';
    throw refusal(
      shown,
      `holds other files beside a model: ${others.slice(0, NAMED_FILES).join(', ')}${more}`,
      `${OTHER} --force replaces only what \`models pull\` wrote.`,
    );
  }
};

const realOf = async (path: string): Promise<string> => {
  try {
    return await realpath(path);
  } catch (error) {
    if (isFileError(error, 'ENOENT') && dirname(path) !== path) {
      return join(await realOf(dirname(path)), basename(path));
    }
    throw error;
  }
};

const isWithin = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`));
};

/**
 * The folder by its real path, where it may be written. Throws USAGE for one that holds what a copy must not replace,
 * for a link, and for a folder that `keeps` lie in.
 */
export const checkTarget = async ({ folder, isForced, keeps }: PullTarget): Promise<string> => {
  const real = join(await realOf(dirname(folder)), basename(folder));
  for (const kept of keeps) {
    if (isWithin(await realOf(kept), real)) {
      throw refusal(folder, `is, or holds, ${kept}, where this command works`);
    }
  }
  try {
    const entry = await lstat(real);
    if (entry.isSymbolicLink()) {
      throw refusal(folder, `is a link to ${await readlink(real)}`, 'Name the folder itself with --to.');
    }
    if (!entry.isDirectory()) {
      throw refusal(folder, 'exists and is not a folder');
    }
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return real;
    }
    throw error;
  }
  if ((await readdir(real)).length > 0) {
    await requireCopyAlone(real);
    if (!isForced) {
      throw refusal(folder, 'holds a model', 'Choose another --to, or replace it with --force.');
    }
  }
  return real;
};
