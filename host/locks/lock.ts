import { randomUUID } from 'node:crypto';
import { link, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../../contracts/is-object.ts';
import { isFileError } from '../files/file-errors.ts';
import { makeFolder } from '../files/make-folder.ts';
import { namesIn } from '../files/names-in.ts';
import { type Lifeline, openLifeline, probeLifeline, removeSocket } from '../processes/lifeline.ts';
import {
  identifySelf,
  isProcessAlive,
  type ProcessIdentity,
  parseProcessIdentity,
  whereaboutsOf,
} from '../processes/process-identity.ts';

/**
 * A lock that dies with its holder: a folder of numbered files of which the highest one counts. Taking it means to
 * create the next number, which only one process can; the highest number is never deleted, so nobody can mistake a
 * new holder for the stale one that it replaced. A holder in another container, whose process id says nothing here, is
 * known by its lifeline; one on another machine cannot be asked, and keeps the lock.
 */
export interface LockHolder {
  readonly process: ProcessIdentity;
  readonly purpose: string;
  readonly sinceMs: number;
  /** False where nothing tells from here whether it still lives. */
  readonly isKnownAlive: boolean;
}

export interface HeldLock {
  /** False when somebody removed the folder under us. */
  isHeld(): Promise<boolean>;
  /** Idempotent. Needs no free disk and never throws: at the latest, the lock ends with this process. */
  release(): Promise<void>;
}

const NAME = /^(\d{9})\.json$/;

const baseName = (number: number): string => String(number).padStart(9, '0');

const numbersIn = async (folder: string): Promise<readonly number[]> =>
  (await namesIn(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);

const highest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0);

interface Claim extends Omit<LockHolder, 'isKnownAlive'> {
  /** Name of its socket in the folder; null where the file system takes none. */
  readonly lifeline: string | null;
}

/** A released lock is an empty file; one that is no JSON was cut by a loss of power, which its holder did not outlive. */
const parseText = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const parseClaim = (text: string): Claim | null => {
  const value = parseText(text);
  if (!isObject(value)) {
    return null;
  }
  const { purpose, sinceMs, lifeline } = value;
  const identity = parseProcessIdentity(value.process);
  return identity === null || typeof purpose !== 'string' || typeof sinceMs !== 'number'
    ? null
    : { process: identity, purpose, sinceMs, lifeline: typeof lifeline === 'string' ? lifeline : null };
};

const readClaim = async (folder: string, number: number): Promise<Claim | null> => {
  try {
    return parseClaim(await readFile(join(folder, `${baseName(number)}.json`), 'utf8'));
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return null;
    }
    throw error;
  }
};

const lifeOf = async (folder: string, { process: holder, lifeline }: Claim): Promise<'alive' | 'dead' | 'unknown'> => {
  switch (whereaboutsOf(holder)) {
    case 'here':
      return isProcessAlive(holder) ? 'alive' : 'dead';
    case 'ended':
      return 'dead';
    case 'neighbour':
      return lifeline === null ? 'unknown' : probeLifeline(join(folder, lifeline));
    case 'far':
      return 'unknown';
  }
};

interface Standing {
  /** The number that counts; 0 before the first. */
  readonly number: number;
  /** Null where nobody holds the lock, or one that is known to be dead. */
  readonly holder: LockHolder | null;
}

const holderOf = async (folder: string, number: number): Promise<LockHolder | null> => {
  const claim = number === 0 ? null : await readClaim(folder, number);
  if (claim === null) {
    return null;
  }
  const life = await lifeOf(folder, claim);
  const { process: holder, purpose, sinceMs } = claim;
  return life === 'dead' ? null : { process: holder, purpose, sinceMs, isKnownAlive: life === 'alive' };
};

/**
 * Who holds the lock, at one moment. A holder that gives it back, or a later one, clears the earlier socket away while we
 * read: what looks as if it could not be asked, or held by nobody, is true only where the files are still the same.
 */
const readStanding = async (folder: string): Promise<Standing> => {
  for (;;) {
    const number = highest(await numbersIn(folder));
    const holder = await holderOf(folder, number);
    if (holder?.isKnownAlive === true) {
      return { number, holder };
    }
    const isLatest = highest(await numbersIn(folder)) === number;
    if (isLatest && (holder === null || (await readClaim(folder, number)) !== null)) {
      return { number, holder };
    }
  }
};

/** Who holds the lock now; null when nobody does, or one that is known to be dead. */
export const readLockHolder = async (folder: string): Promise<LockHolder | null> => (await readStanding(folder)).holder;

export type LockAttempt =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  | { readonly kind: 'busy'; readonly holder: LockHolder };

/** One attempt, without waiting. A holder that died is replaced; one that cannot be asked is not. */
export const tryLock = async (folder: string, purpose: string, nowMs: number): Promise<LockAttempt> => {
  await makeFolder(folder);
  for (;;) {
    const standing = await readStanding(folder);
    if (standing.holder !== null) {
      return { kind: 'busy', holder: standing.holder };
    }
    const number = standing.number + 1;
    // Before the number appears: from then on we must be seen to live.
    const socket = `${baseName(number)}-${randomUUID().slice(0, 8)}.sock`;
    const lifeline = await openLifeline(join(folder, socket));
    try {
      const claim = { process: identifySelf(), purpose, sinceMs: nowMs, lifeline: lifeline === null ? null : socket };
      if (await takeNumber(folder, number, claim)) {
        return { kind: 'held', lock: heldLock(folder, number, lifeline) };
      }
    } catch (error) {
      await lifeline?.close();
      throw error;
    }
    await lifeline?.close();
  }
};

const takeNumber = async (folder: string, number: number, claim: Claim): Promise<boolean> => {
  if (!(await createNumber(folder, number, claim))) {
    return false;
  }
  const names = await namesIn(folder);
  if (names.some((name) => name > `${baseName(number)}.json` && NAME.test(name))) {
    // We were so slow that a later holder had cleaned the number up which we then took.
    await rm(join(folder, `${baseName(number)}.json`), { force: true });
    return false;
  }
  for (const old of names.filter((name) => /^\d{9}[.-]/.test(name) && name < baseName(number))) {
    await removeSocket(join(folder, old));
  }
  return true;
};

const heldLock = (folder: string, number: number, lifeline: Lifeline | null): HeldLock => {
  const isHeld = async (): Promise<boolean> => (await numbersIn(folder)).includes(number);
  return {
    isHeld,
    release: async () => {
      try {
        // Where the folder was removed there is nothing to give back.
        if (await isHeld()) {
          await truncate(join(folder, `${baseName(number)}.json`));
        }
        await lifeline?.close();
      } catch {
        // A disk that refuses even this: the lock ends with the process.
      }
    },
  };
};

const createNumber = async (folder: string, number: number, claim: Claim): Promise<boolean> => {
  const temporary = join(folder, `${process.pid}-${randomUUID().slice(0, 8)}.tmp`);
  try {
    await writeFile(temporary, JSON.stringify(claim), { mode: 0o600 });
    // A link appears with its content at once, and fails where the name exists.
    await link(temporary, join(folder, `${baseName(number)}.json`));
    return true;
  } catch (error) {
    if (isFileError(error, 'EEXIST')) {
      return false;
    }
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
};
