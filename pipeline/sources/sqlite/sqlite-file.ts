/** The file of an SQLite database: whether it is one, and whether it changed while it was read. */
import { open, stat } from 'node:fs/promises';
import { TtExpError } from '../../../contracts/errors.ts';

const MAGIC = 'SQLite format 3\0';

const missing = (path: string, what: string, cause?: unknown): TtExpError =>
  new TtExpError('SOURCE_NOT_FOUND', `SQLite database ${path}: ${what}, expected a database file`, {
    hint: 'Correct data.source.path.',
    ...(cause === undefined ? {} : { cause }),
  });

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Throws SOURCE_NOT_FOUND where there is no file, DATA_INVALID where it is of another kind. */
export const checkSqliteFile = async (path: string): Promise<void> => {
  let head: Buffer;
  try {
    const file = await open(path, 'r');
    try {
      if ((await file.stat()).isDirectory()) {
        throw missing(path, 'it is a folder');
      }
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
      head = buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) {
      throw missing(path, 'there is no such file', error);
    }
    if (error instanceof TtExpError) {
      throw error;
    }
    throw new TtExpError(
      'DATA_INVALID',
      `SQLite database ${path}: not readable (${error instanceof Error ? error.message : error})`,
      {
        hint: 'Give this user permission to read the file.',
        cause: error,
      },
    );
  }
  // A file of no bytes is a database without tables.
  if (head.length > 0 && head.toString('latin1') !== MAGIC) {
    throw new TtExpError(
      'DATA_INVALID',
      `SQLite database ${path}: the file is of another kind, expected it to begin with "SQLite format 3"`,
      {
        hint: 'Correct data.source.path; for CSV, Parquet and JSON use the source `files`. An encrypted database has to be decrypted first.',
      },
    );
  }
};

/** 0 where there is no such file. */
export const fileBytes = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) {
      return 0;
    }
    throw error;
  }
};

const stateOf = async (path: string): Promise<string> => {
  try {
    const { size, mtimeNs } = await stat(path, { bigint: true });
    return size === 0n ? 'empty' : `${size}/${mtimeNs}`;
  } catch (error) {
    if (isMissing(error)) {
      return 'empty';
    }
    throw error;
  }
};

/** Changes whenever somebody writes to the database; it does not when somebody reads it. */
export const sqliteFileState = async (path: string): Promise<string> =>
  `${await stateOf(path)} ${await stateOf(`${path}-wal`)}`;

export const changedWhileRead = (path: string): TtExpError =>
  new TtExpError('DATA_INVALID', `SQLite database ${path}: it was written to while its tables were read`, {
    hint: `Stop what writes to it, or read a copy: sqlite3 ${path} ".backup copy.db"`,
  });
