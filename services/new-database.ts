/**
 * A server makes the tables of a new database in its first seconds. One that is killed then leaves a database with which
 * it never starts again. Nobody can have used that one, so it is made anew: a mark beside it says that no server has been
 * healthy with it yet. A database that has served has no mark, and is never touched.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exists } from '../host/files/file-errors.ts';

const markOf = (file: string): string => `${file}.unfinished`;

/** Of SQLite, beside a database. */
const ENDINGS = ['', '-wal', '-shm', '-journal'];

/** Before a start: makes the folder, and removes a database that no server has been healthy with. Idempotent. */
export const prepareDatabase = async (file: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  if (await exists(markOf(file))) {
    await Promise.all(ENDINGS.map((ending) => rm(`${file}${ending}`, { force: true })));
  } else if (!(await exists(file))) {
    await writeFile(markOf(file), '');
  }
};

/**
 * Takes the mark away; call it before anybody is told of a healthy server. False where that fails, and the database must
 * not be used: the next start would remove it.
 */
export const noteServed = async (file: string): Promise<boolean> => {
  try {
    await rm(markOf(file), { force: true });
    return true;
  } catch {
    return false; // asked again with the next look at the server's health
  }
};
