/** Folders of the cache that are whole or not there: filled under another name, then renamed. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isFileError } from '../../host/files/file-errors.ts';
import { withLock } from '../../host/locks/with-lock.ts';
import { PART, provisionFailure, type TextEncoderPlace } from './text-encoder-request.ts';

export interface CachedFolder<T> {
  readonly folder: string;
  /** For people, as in "installing ONNX Runtime". */
  readonly purpose: string;
  /** What the finished folder holds; null where it is missing or damaged. */
  find(folder: string): Promise<T | null>;
  /** Puts everything into the empty folder `to`. `scratch` goes away afterwards. */
  fill(to: string, scratch: string): Promise<void>;
}

/** Retried, since a program of a killed build may still be writing there. */
const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });

const build = async <T>({ folder, purpose, find, fill }: CachedFolder<T>): Promise<T> => {
  const parent = dirname(folder);
  const prefix = `${basename(folder)}.build-`;
  await mkdir(parent, { recursive: true });
  const abandoned = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  for (const name of abandoned) {
    await removeFolder(join(parent, name));
  }
  const staging = join(parent, `${prefix}${randomUUID().slice(0, 8)}`);
  const content = join(staging, 'content');
  const scratch = join(staging, 'scratch');
  try {
    await mkdir(content, { recursive: true });
    await mkdir(scratch);
    await fill(content, scratch);
    await removeFolder(folder);
    await rename(content, folder);
  } finally {
    await removeFolder(staging);
  }
  const made = await find(folder);
  if (made === null) {
    throw provisionFailure(`${purpose}: ${folder} is incomplete after it was written`, 'Check the disk and try again.');
  }
  return made;
};

const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: 'Free 1 GB on the disk of the cache folder, or set TT_EXP_CACHE to another folder.',
  EACCES: 'Make the cache folder writable, or set TT_EXP_CACHE to another folder.',
  EROFS: 'Set TT_EXP_CACHE to a writable folder.',
  ENOTDIR: 'Set TT_EXP_CACHE to a folder.',
};

const asProvisionFailure = (purpose: string, error: unknown): unknown => {
  const code = Object.keys(CAUSES).find((known) => isFileError(error, known));
  return code === undefined || !(error instanceof Error)
    ? error
    : provisionFailure(`${purpose}: ${error.message}`, CAUSES[code] ?? '', error);
};

/** What the folder holds; filled first where it is missing or damaged. Two processes at once fill it once. */
export const ensureCachedFolder = async <T>(place: TextEncoderPlace, request: CachedFolder<T>): Promise<T> => {
  const { folder, purpose, find } = request;
  const { clock, progress, signal } = place;
  try {
    const existing = await find(folder);
    if (existing !== null) {
      return existing;
    }
    const lock = {
      folder: `${folder}.lock`,
      purpose,
      clock,
      ...(signal === undefined ? {} : { signal }),
      onWait: ({ process: holder }: { readonly process: { readonly pid: number } }) =>
        progress({ part: PART, step: 'wait', message: `process ${holder.pid} is ${purpose}` }),
    };
    // Whoever held the lock before us may just have finished.
    return await withLock(lock, async () => (await find(folder)) ?? (await build(request)));
  } catch (error) {
    throw asProvisionFailure(purpose, error);
  }
};
