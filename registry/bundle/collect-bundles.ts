/** Removes bundles that nobody has opened for long: whatever is asked for again is built again. */
import { readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { GarbageReport, GarbageRequest } from '../../contracts/dataset-versions.ts';
import { isFileError } from '../../host/files/file-errors.ts';
import { namesIn } from '../../host/files/names-in.ts';
import { removeGarbage } from '../../pipeline/versions/collect-garbage.ts';
import type { Garbage } from '../../pipeline/versions/find-garbage.ts';
import { changedAtMs } from '../../pipeline/versions/folder-size.ts';
import { isBundleDigest } from './built-bundles.ts';
import { onlyCopies } from './only-copies.ts';
import { BUILDING } from './write-bundle.ts';

/** What a build has put aside; one that ends takes it away itself. */
const ASIDE = /^\.damaged-[0-9a-f]{64}$/;
/** Notes of which bundle was built from what, which of them a reference led to, and which of them lie nowhere else. */
const NOTES = ['built', 'references', 'blessed'] as const;

/** A bundle's folder tells when it was opened last. On a disk where that cannot be written nothing is removed either. */
export const markBundleUsed = async (folder: string, nowMs: number): Promise<void> => {
  try {
    await utimes(folder, nowMs / 1000, nowMs / 1000);
  } catch (error) {
    if (!isFileError(error, 'EROFS', 'EACCES', 'EPERM', 'ENOENT')) {
      throw error;
    }
  }
};

interface UsedBundle extends Garbage {
  readonly name: string;
  readonly usedMs: number;
}

/** Last used first. What is gone meanwhile is not among them. */
const bundlesIn = async (folder: string): Promise<readonly UsedBundle[]> => {
  const found: UsedBundle[] = [];
  for (const name of await namesIn(folder)) {
    const kind = isBundleDigest(name) ? 'bundle' : ASIDE.test(name) ? 'temporary' : null;
    const path = join(folder, name);
    const usedMs = kind === null ? null : await changedAtMs(path);
    if (kind !== null && usedMs !== null) {
      found.push({ kind, path, name, usedMs });
    }
  }
  return found.sort((a, b) => b.usedMs - a.usedMs);
};

/** A note about a bundle that is gone would only be taken for damage. */
const forget = async (folder: string, digests: readonly string[]): Promise<void> => {
  for (const notes of digests.length === 0 ? [] : NOTES) {
    for (const name of await namesIn(join(folder, notes))) {
      const file = join(folder, notes, name);
      const text = await readFile(file, 'utf8').catch((error: unknown) => {
        if (isFileError(error, 'ENOENT')) {
          return '';
        }
        throw error;
      });
      if (digests.some((digest) => name.includes(digest) || text.includes(digest))) {
        await rm(file, { force: true });
      }
    }
  }
};

/**
 * The `keep` bundles that were opened last stay, what was opened within the age, those that servers begin with, and unless
 * they are asked for those that were blessed and lie nowhere else.
 * @param served digests of the latter
 */
export const collectBundles = async (
  { bundlesFolder, served, nowMs }: { bundlesFolder: string; served: ReadonlySet<string>; nowMs: number },
  request: GarbageRequest,
): Promise<{
  readonly removed: GarbageReport['removed'];
  readonly kept: readonly string[];
  readonly keptBlessed: readonly string[];
}> => {
  const found = await bundlesIn(bundlesFolder);
  const newest = new Set(found.filter(({ kind }) => kind === 'bundle').slice(0, request.keep));
  const unused = found.filter(
    (one) => !newest.has(one) && !served.has(one.name) && nowMs - one.usedMs > request.olderThanMs,
  );
  const blessed = request.includesBlessed === true ? new Set<string>() : await onlyCopies(bundlesFolder);
  const garbage = unused.filter(({ name }) => !blessed.has(name));
  const removed = await removeGarbage(garbage, request, join(bundlesFolder, BUILDING));
  const gone = new Set(removed.map(({ name }) => name));
  if (!request.isDryRun) {
    await forget(bundlesFolder, [...gone]);
  }
  const kept = found.filter(({ kind, name }) => kind === 'bundle' && !gone.has(name)).map(({ name }) => name);
  const keptBlessed = unused.filter(({ name }) => blessed.has(name)).map(({ name }) => name);
  return { removed, kept, keptBlessed };
};
