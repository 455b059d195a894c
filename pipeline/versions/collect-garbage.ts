/** Removes versions that are old and many, stages that no version needs, and what dead processes left behind. */
import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { GarbageReport, GarbageRequest } from '../../contracts/dataset-versions.ts';
import { STAGE_FOLDER } from '../stages/stage.ts';
import { withTemporaryFolder } from '../store/publish-folder.ts';
import { findGarbage, type Garbage } from './find-garbage.ts';
import { folderBytes } from './folder-size.ts';
import type { VersionsContext } from './version-tables.ts';

type Removed = GarbageReport['removed'][number];

/** Out of sight by one rename, so that nobody meets a half removed folder; what another process took first is skipped. */
const moveAway = async (path: string, target: string): Promise<boolean> => {
  try {
    await rename(path, target);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return false;
    }
    throw error;
  }
};

/** `take` says whether the path was there to be taken. */
const measure = async (
  garbage: readonly Garbage[],
  take: (path: string) => Promise<boolean>,
): Promise<readonly Removed[]> => {
  const removed: Removed[] = [];
  for (const { kind, path } of garbage) {
    const bytes = await folderBytes(path);
    if (await take(path)) {
      removed.push({ kind, name: basename(path), bytes });
    }
  }
  return removed;
};

/** What of it was there to be removed. @param temporaryFolder on the same disk; what is removed passes through it */
export const removeGarbage = (
  garbage: readonly Garbage[],
  { isDryRun }: Pick<GarbageRequest, 'isDryRun'>,
  temporaryFolder: string,
): Promise<readonly Removed[]> =>
  isDryRun || garbage.length === 0
    ? measure(garbage, async () => true)
    : withTemporaryFolder(temporaryFolder, (folder) =>
        measure(garbage, (path) => moveAway(path, join(folder, `${basename(dirname(path))}-${basename(path)}`))),
      );

export const collectGarbage = async (context: VersionsContext, request: GarbageRequest): Promise<GarbageReport> => {
  const { garbage, kept, busy } = await findGarbage(context, request);
  const removed = await removeGarbage(garbage, request, join(context.dataFolder, STAGE_FOLDER.temporary));
  return {
    is_dry_run: request.isDryRun,
    removed,
    bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0),
    kept,
    busy,
  };
};
