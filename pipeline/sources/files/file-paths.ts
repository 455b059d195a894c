/** Which files a path, a glob or a list of them names, and what they hold. */
import { constants } from 'node:fs';
import { access, lstat, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { TtExpError } from '../../../contracts/errors.ts';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import { type Database, literalPattern, sqlText } from '../../duckdb/database.ts';

export type FileFormat = 'csv' | 'parquet' | 'json';

const isGlob = (path: string): boolean => /[*?[\]{}]/.test(path);

const refuse = (path: string, found: string, hint: string, cause?: unknown): TtExpError =>
  new TtExpError('SOURCE_NOT_FOUND', `data.source: got ${found} at ${path}, expected a readable file`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });

const checkFile = async (path: string): Promise<void> => {
  const details = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw refuse(
      path,
      error.code === 'EACCES' ? 'a folder without read permission' : 'no file',
      'Check the path; a relative one starts at the current folder.',
      error,
    );
  });
  if (details.isDirectory()) {
    throw refuse(path, 'a folder', `Name the files in it: ${path}/*.csv or ${path}/*.parquet.`);
  }
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw refuse(
      path,
      'a file without read permission',
      'Give the user that runs the workers permission to read it.',
      error,
    );
  });
};

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    // Whoever reads a file reports why it cannot be read.
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );

/** The path as a pattern: what exists of it is meant as it stands, whatever its characters; null where all of it exists. */
const patternOf = async (path: string): Promise<string | null> => {
  const parts = path.split(sep);
  let known = parts.length;
  while (known > 1 && !(await exists(parts.slice(0, known).join(sep)))) {
    known -= 1;
  }
  const rest = parts.slice(known).join(sep);
  return isGlob(rest) ? [literalPattern(parts.slice(0, known).join(sep)), rest].join(sep) : null;
};

/**
 * Every file that the location names, absolute, each once; those of a pattern in the order of their names. A path that
 * exists is that file, also where it reads like a pattern.
 */
export const filesOf = async (database: Database, { path }: ResolvedLocation): Promise<readonly string[]> => {
  const files: string[] = [];
  for (const pattern of path === undefined ? [] : Array.isArray(path) ? path : [path]) {
    const absolute = resolve(pattern);
    const glob = await patternOf(absolute);
    if (glob === null) {
      files.push(absolute);
      continue;
    }
    const found = await database.rows(`look for ${pattern}`, `SELECT file FROM glob(${sqlText(glob)}) ORDER BY file`);
    if (found.length === 0) {
      throw refuse(absolute, 'no file', 'Check the pattern; a relative one starts at the current folder.');
    }
    files.push(...found.map(({ file }) => String(file)));
  }
  const distinct = [...new Set(files)];
  for (const file of distinct) {
    await checkFile(file);
  }
  return distinct;
};

/** By name, unless the config says it. */
export const formatOf = (file: string, { format }: ResolvedLocation): FileFormat => {
  if (format !== 'auto') {
    return format;
  }
  const name = file.toLowerCase().replace(/\.(gz|zst)$/, '');
  if (/\.parquet$/.test(name)) {
    return 'parquet';
  }
  return /\.(json|ndjson|jsonl)$/.test(name) ? 'json' : 'csv';
};
