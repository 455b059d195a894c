/** Folders that appear whole or not at all: filled under a temporary name, digested, then renamed. */

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import { digestFile, type FileDigest } from '../../host/files/file-digest.ts';
import { exists } from '../../host/files/file-errors.ts';
import { replaceFile, syncToDisk } from '../../host/files/replace-file.ts';
import { toDataError } from '../duckdb/data-errors.ts';

/** Who made a folder and when: not part of its content, so neither digested nor compared. */
export const PROVENANCE_FILE = 'provenance.json';
const DAY_MS = 86_400_000;

export const writeFileSafely = async (file: string, content: string | Uint8Array): Promise<void> => {
  try {
    await replaceFile(file, (temporary) => writeFile(temporary, content));
  } catch (error) {
    throw toDataError(error, `write ${file}`);
  }
};

const isDead = (processId: number): boolean => {
  try {
    process.kill(processId, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
};

/** Temporary folders. Stale are those whose process is gone, and those of other hosts that are older than a day. */
export const findTemporary = async (
  folder: string,
  nowMs: number,
): Promise<readonly { readonly name: string; readonly isStale: boolean }[]> => {
  const found: { readonly name: string; readonly isStale: boolean }[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const [host, processId] = name.split('~');
    const isOurs = host === hostname();
    const details = await stat(join(folder, name)).catch(() => null);
    const isStale = isOurs ? isDead(Number(processId)) : details !== null && nowMs - details.mtimeMs > DAY_MS;
    found.push({ name, isStale });
  }
  return found;
};

export const sweepTemporary = async (folder: string, nowMs: number): Promise<void> => {
  for (const { name, isStale } of await findTemporary(folder, nowMs)) {
    if (isStale) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
};

/** A fresh folder that `use` may fill; removed afterwards unless `use` has renamed it away. */
export const withTemporaryFolder = async <T>(parent: string, use: (folder: string) => Promise<T>): Promise<T> => {
  const folder = join(parent, `${hostname()}~${process.pid}~${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** sha256 and size of every file in a flat folder but the manifest and the provenance. */
const digestFolder = async (folder: string): Promise<Record<string, FileDigest>> => {
  const files: Record<string, FileDigest> = {};
  for (const name of (await readdir(folder)).sort()) {
    if (name !== MANIFEST_FILE && name !== PROVENANCE_FILE) {
      await syncToDisk(join(folder, name));
      files[name] = await digestFile(join(folder, name));
    }
  }
  return files;
};

/** Renames `from` to `to`. Where another process was faster its folder stays: equal names mean equal content. */
export const renameOrAdopt = async (from: string, to: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
    await syncToDisk(dirname(to));
  } catch (error) {
    if (!(await exists(join(to, MANIFEST_FILE)))) {
      throw error;
    }
  }
};

/**
 * Publishes `folder` by rename: `fill` writes files into an empty folder and gives the manifest's content; the manifest
 * with the digests of all files is written last. Killed at any moment, `folder` exists whole or not at all.
 */
export const publishFolder = async <M extends object>(request: {
  readonly folder: string;
  readonly temporaryFolder: string;
  readonly what: string;
  readonly fill: (folder: string) => Promise<M>;
}): Promise<void> => {
  try {
    await withTemporaryFolder(request.temporaryFolder, async (temporary) => {
      const manifest = await request.fill(temporary);
      const files = await digestFolder(temporary);
      await writeFileSafely(join(temporary, MANIFEST_FILE), `${JSON.stringify({ ...manifest, files }, null, 2)}\n`);
      await syncToDisk(temporary);
      await renameOrAdopt(temporary, request.folder);
    });
  } catch (error) {
    throw toDataError(error, request.what);
  }
};
