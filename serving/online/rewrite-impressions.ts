/**
 * Erased lists leave the disk: the log of impressions is written anew without them, while other servers append to it.
 *
 * The erasure is on the disk before the new file is. A writer opens the log, then reads the erasures, appends, and looks
 * whether the file still has the name. Whoever opened the old file either finds that it has not, and begins again, or has
 * appended before the new file took the name, and their lines come over through the filter. The old file keeps a name of
 * its own until they have: a kill at any moment loses nothing.
 */
import { randomUUID } from 'node:crypto';
import { link, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exists } from '../../host/files/file-errors.ts';
import { replaceFile, syncToDisk } from '../../host/files/replace-file.ts';
import { type LogFile, openLogFile, readLogFile } from '../events/log-file.ts';
import { appendAll, isSameFile, leftoversOf, unfinishedOf } from '../events/rewrite-log.ts';
import { type ErasedUsers, erasuresFileOf } from './erased-users.ts';
import { IMPRESSION_LINES, type ImpressionLine } from './impression-lines.ts';

const withFile = async <T>(path: string, work: (file: LogFile<ImpressionLine>) => Promise<T>): Promise<T> => {
  const file = await openLogFile(path, IMPRESSION_LINES);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
};

/** Whoever erases gives the name to another file: what went into the old one is written again. A list that is there twice counts once. */
export const appendImpressions = async (
  path: string,
  erased: ErasedUsers,
  lines: readonly ImpressionLine[],
): Promise<void> => {
  for (;;) {
    const isKept = await withFile(path, async (file) => {
      // Not before the file is open: an erasure that is not there by now gives the name to another file.
      await appendAll(file, await erased.withoutErased(lines));
      return file.isCurrent();
    });
    if (isKept) {
      return;
    }
  }
};

export const isOf = (line: ImpressionLine, userId: string): boolean => 'user_id' in line && line.user_id === userId;

/** What a killed process has left beside the log. */
const leftBy = async (path: string) => ({
  halfWritten: [...(await unfinishedOf(path)), ...(await unfinishedOf(erasuresFileOf(path)))],
  before: await leftoversOf(path),
});

export const hasLeftovers = async (path: string): Promise<boolean> => {
  const { halfWritten, before } = await leftBy(path);
  return halfWritten.length + before.length > 0;
};

/** Brings over what only an old file has, and removes what a kill has left. The caller holds the lock of the log. */
export const mergeLeftovers = async (path: string, erased: ErasedUsers): Promise<void> => {
  const { halfWritten, before } = await leftBy(path);
  for (const temporary of halfWritten) {
    await rm(temporary, { force: true });
  }
  for (const leftover of before) {
    // The same file under two names: killed before the new one took the name.
    if (!((await exists(path)) && (await isSameFile(leftover, path)))) {
      const present = new Set<string>();
      await readLogFile(path, IMPRESSION_LINES, (line) => present.add(JSON.stringify(line)));
      const missing: ImpressionLine[] = [];
      await readLogFile(leftover, IMPRESSION_LINES, (line) => {
        if (!present.has(JSON.stringify(line))) {
          missing.push(line);
        }
      });
      await appendImpressions(path, erased, missing);
    }
    await rm(leftover);
  }
  if (halfWritten.length + before.length > 0) {
    await syncToDisk(dirname(path));
  }
};

/**
 * Returns how many lists there were. The caller holds the lock of the log, and has noted the erasure. The file is replaced
 * though it has none of the user: somebody who read the erasures before may be about to append one.
 */
export const rewriteWithout = (path: string, erased: ErasedUsers, userId: string): Promise<number> =>
  withFile(path, async (old) => {
    let kept: ImpressionLine[] = [];
    let count = 0;
    const take = (line: ImpressionLine): void => {
      if (isOf(line, userId)) {
        count += 1;
      } else {
        kept.push(line);
      }
    };
    await old.readAdded(take);
    const before = `${path}.before-${randomUUID().slice(0, 8)}`;
    await replaceFile(path, async (temporary) => {
      await withFile(temporary, (fresh) => appendAll(fresh, kept));
      await link(path, before);
    });
    await syncToDisk(dirname(path));
    // Whoever saw the old file under this name after their write trusts that we bring it over.
    kept = [];
    await old.readAdded(take);
    await appendImpressions(path, erased, kept);
    await rm(before);
    await syncToDisk(dirname(path));
    return count;
  });
