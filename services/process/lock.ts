import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFileError, isObject, readJsonFile, writeJsonFile } from './json-file.ts';
import { identifySelf, isProcessAlive, type ProcessIdentity, parseProcessIdentity } from './process-identity.ts';

/**
 * A lock that dies with its holder: a folder of numbered files of which the highest one counts. Taking it means to
 * create the next number, which only one process can; the highest number is never deleted, so nobody can mistake a
 * new holder for the stale one that it replaced.
 */
export interface LockHolder {
  readonly process: ProcessIdentity;
  readonly purpose: string;
  readonly sinceMs: number;
}

export interface HeldLock {
  /** False when somebody removed the folder under us. */
  isHeld(): Promise<boolean>;
  /** Idempotent. */
  release(): Promise<void>;
}

const fileName = (number: number): string => `${String(number).padStart(9, '0')}.json`;

const numbersIn = async (folder: string): Promise<readonly number[]> => {
  try {
    const names = await readdir(folder);
    return names.filter((name) => /^\d{9}\.json$/.test(name)).map((name) => Number(name.slice(0, 9)));
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return [];
    throw error;
  }
};

const highest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0);

const parseHolder = (value: unknown): LockHolder | null => {
  if (!isObject(value)) return null;
  const identity = parseProcessIdentity(value.process);
  return identity === null || typeof value.purpose !== 'string' || typeof value.sinceMs !== 'number'
    ? null
    : { process: identity, purpose: value.purpose, sinceMs: value.sinceMs };
};

const liveHolderOf = async (folder: string, number: number): Promise<LockHolder | null> => {
  if (number === 0) return null;
  const holder = parseHolder(await readJsonFile(join(folder, fileName(number))));
  return holder !== null && isProcessAlive(holder.process) ? holder : null;
};

/** Who holds the lock now; null when nobody that is alive does. */
export const readLockHolder = async (folder: string): Promise<LockHolder | null> =>
  liveHolderOf(folder, highest(await numbersIn(folder)));

export type LockAttempt =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  | { readonly kind: 'busy'; readonly holder: LockHolder };

/** One attempt, without waiting. A holder that died is replaced. */
export const tryLock = async (folder: string, purpose: string, nowMs: number): Promise<LockAttempt> => {
  await mkdir(folder, { recursive: true });
  for (;;) {
    const last = highest(await numbersIn(folder));
    const holder = await liveHolderOf(folder, last);
    if (holder !== null) return { kind: 'busy', holder };
    const number = last + 1;
    if (!(await createNumber(folder, number, { process: identifySelf(), purpose, sinceMs: nowMs }))) continue;
    const numbers = await numbersIn(folder);
    if (highest(numbers) > number) {
      // We were so slow that a later holder had cleaned the number up which we then took.
      await rm(join(folder, fileName(number)), { force: true });
      continue;
    }
    for (const old of numbers.filter((other) => other < number)) {
      await rm(join(folder, fileName(old)), { force: true });
    }
    const file = join(folder, fileName(number));
    const isHeld = async (): Promise<boolean> => (await numbersIn(folder)).includes(number);
    // Where the folder was removed there is nothing to give back.
    const release = async (): Promise<void> => {
      if (await isHeld()) await writeJsonFile(file, { released: true });
    };
    return { kind: 'held', lock: { isHeld, release } };
  }
};

const createNumber = async (folder: string, number: number, holder: LockHolder): Promise<boolean> => {
  const temporary = join(folder, `${process.pid}-${randomUUID().slice(0, 8)}.tmp`);
  await writeFile(temporary, JSON.stringify(holder), { mode: 0o600 });
  try {
    // A link appears with its content at once, and fails where the name exists.
    await link(temporary, join(folder, fileName(number)));
    return true;
  } catch (error) {
    if (isFileError(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
};
