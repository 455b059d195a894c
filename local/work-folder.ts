/**
 * Where a training works until it is done: a hidden folder beside its result, `.<name>.training/`, with a lock, what the
 * command asked for, and a folder for each batch size. The result appears by rename, so it is whole or not there.
 */

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import { ARTIFACT, MANIFEST_FILE } from '../contracts/names.ts';
import { exists } from '../host/files/file-errors.ts';
import { readJsonFile, writeJsonFile } from '../host/files/json-file.ts';
import { type HeldLock, tryLock } from '../host/locks/lock.ts';

const LOCK = 'lock';
const REPLACED = 'replaced';

export interface WorkState {
  /** Digest of what determines the result: an unfinished training of another one is not gone on with. */
  readonly digest: string;
  /** Of the MLflow run, so that a resumed training logs to the same one. */
  readonly runKey: string;
  readonly startedAtMs: number;
}

export interface Attempts {
  readonly state: WorkState;
  /** True where an interrupted training of the same settings left something. */
  readonly isResumed: boolean;
  /** For everything that one attempt writes. */
  folder(name: string): Promise<string>;
  /** Drops everything but the lock: to go on would be of no use. */
  discard(): Promise<void>;
  /** Makes this attempt's folder the result, in place of an earlier one. The work folder is gone afterwards. */
  publish(name: string): Promise<void>;
}

export interface WorkFolder {
  /** Goes on, or begins. Throws USAGE where an unfinished training of another digest lies there, unless forced. */
  begin(digest: string, nowMs: number): Promise<Attempts>;
  /** Gives the lock back; what was done stays for the next time. */
  release(): Promise<void>;
}

export interface OpenWorkRequest {
  /** Of the result; absolute. */
  readonly folder: string;
  readonly isForced: boolean;
  readonly nowMs: number;
}

const refuseResult = async ({ folder, isForced }: OpenWorkRequest): Promise<void> => {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return null;
    }
    throw new TtExpError('USAGE', `${folder}: it exists and is not a folder (${error.code})`, {
      hint: 'Choose another --model-name or --output-dir.',
      cause: error,
    });
  });
  if (names === null) {
    return;
  }
  const isOurs = await exists(join(folder, ARTIFACT.modelFolder, MANIFEST_FILE));
  if (!isOurs && names.length > 0) {
    throw new TtExpError('USAGE', `${folder}: it exists and does not hold a model`, {
      hint: 'Choose another --model-name or --output-dir; --force replaces only what an earlier training wrote.',
    });
  }
  if (!isForced) {
    throw new TtExpError('USAGE', `${folder}: a model already exists there`, {
      hint: 'Choose another --model-name, or replace it with --force.',
    });
  }
};

/** null where there is none; one that cannot be read is that of another training. */
const readState = async (file: string): Promise<WorkState | null> => {
  try {
    const value = await readJsonFile(file);
    return value === undefined ? null : (value as WorkState);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return { digest: '', runKey: '', startedAtMs: 0 };
    }
    throw error;
  }
};

const takeLock = async (work: string, { folder, nowMs }: OpenWorkRequest): Promise<HeldLock> => {
  const attempt = await tryLock(join(work, LOCK), 'training', nowMs).catch((error: NodeJS.ErrnoException) => {
    throw new TtExpError('USAGE', `${dirname(folder)}: the folder is not writable (${error.code ?? error})`, {
      hint: 'Choose an --output-dir that is writable.',
      cause: error,
    });
  });
  if (attempt.kind === 'busy') {
    throw new TtExpError('USAGE', `${folder}: process ${attempt.holder.process.pid} is training it`, {
      hint: 'Wait for it, or choose another --model-name.',
    });
  }
  return attempt.lock;
};

/** What a kill in the middle of a replacement has left: the old result goes back where it was. */
const restoreReplaced = async (folder: string, replaced: string): Promise<void> => {
  if ((await exists(replaced)) && !(await exists(folder))) {
    await rename(replaced, folder);
  }
  await rm(replaced, { recursive: true, force: true });
};

const emptyWork = async (work: string): Promise<void> => {
  for (const name of await readdir(work)) {
    if (name !== LOCK) {
      await rm(join(work, name), { recursive: true, force: true });
    }
  }
};

const hasCheckpoint = async (work: string): Promise<boolean> => {
  for (const name of await readdir(work).catch((): string[] => [])) {
    if (await exists(join(work, name, ARTIFACT.latestCheckpoint))) {
      return true;
    }
  }
  return false;
};

/** The state to go on with, or a new one. */
const openState = async (
  work: string,
  request: { readonly digest: string; readonly isForced: boolean; readonly nowMs: number },
): Promise<Pick<Attempts, 'state' | 'isResumed'>> => {
  const file = join(work, 'training.json');
  const found = await readState(file);
  if (found !== null && found.digest === request.digest) {
    return { state: found, isResumed: true };
  }
  if (found !== null && !request.isForced && (await hasCheckpoint(work))) {
    throw new TtExpError('USAGE', `${work}: it holds an unfinished training with other settings or data`, {
      hint: 'Run the earlier command again to finish it, or discard it with --force.',
    });
  }
  await emptyWork(work);
  const state = { digest: request.digest, runKey: randomUUID(), startedAtMs: request.nowMs };
  await writeJsonFile(file, state);
  return { state, isResumed: false };
};

/** What is worth keeping is a checkpoint, or an earlier result that was about to be replaced. */
const removeUnused = async (work: string): Promise<void> => {
  if (!(await hasCheckpoint(work)) && !(await exists(join(work, REPLACED)))) {
    await rm(work, { recursive: true, force: true });
  }
};

/** Throws USAGE where the result is there already, or another process trains into it. */
export const openWorkFolder = async (request: OpenWorkRequest): Promise<WorkFolder> => {
  const { folder, isForced } = request;
  const work = join(dirname(folder), `.${basename(folder)}.training`);
  const replaced = join(work, REPLACED);
  const lock = await takeLock(work, request);
  const release = async (): Promise<void> => {
    await lock.release();
    await removeUnused(work);
  };
  try {
    await restoreReplaced(folder, replaced);
    await refuseResult(request);
  } catch (error) {
    await release();
    throw error;
  }
  return {
    release,
    begin: async (digest, nowMs) => ({
      ...(await openState(work, { digest, isForced, nowMs })),
      folder: async (name) => {
        await mkdir(join(work, name), { recursive: true });
        return join(work, name);
      },
      discard: () => emptyWork(work),
      publish: async (name) => {
        if (await exists(folder)) {
          await rename(folder, replaced);
        }
        await rename(join(work, name), folder);
        await rm(work, { recursive: true, force: true });
      },
    }),
  };
};
