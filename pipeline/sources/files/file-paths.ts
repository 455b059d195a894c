/** Which files a path, a glob or a list of them names, and what they hold. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TtExpError } from '../../../contracts/errors.ts';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import { type Database, sqlText } from '../../duckdb/database.ts';

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
      error.code === 'EACCES' ? 'a folder that may not be read' : 'no file',
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
      'a file that may not be read',
      'Give the user that runs the workers the right to read it.',
      error,
    );
  });
};

/** Every file that the location names, absolute, each once; those of a glob in the order of their names. */
export const filesOf = async (database: Database, { path }: ResolvedLocation): Promise<readonly string[]> => {
  const files: string[] = [];
  for (const pattern of path === undefined ? [] : Array.isArray(path) ? path : [path]) {
    const absolute = resolve(pattern);
    if (!isGlob(absolute)) {
      files.push(absolute);
      continue;
    }
    const found = await database.rows(
      `look for ${pattern}`,
      `SELECT file FROM glob(${sqlText(absolute)}) ORDER BY file`,
    );
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
