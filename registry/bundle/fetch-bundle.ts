/** A bundle that was kept with its run, brought to this home. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { joinBelow } from '../../contracts/join-below.ts';
import { ARTIFACT, MANIFEST_FILE } from '../../contracts/names.ts';
import { isDiskFull } from '../../host/files/file-errors.ts';
import { renameOrAdopt, withTemporaryFolder } from '../../pipeline/store/publish-folder.ts';
import type { ArtifactReader } from '../ports.ts';
import { loadBundle } from './load-bundle.ts';
import { readBundleManifest } from './read-manifest.ts';
import { BUILDING } from './write-bundle.ts';

interface KeptBundle {
  readonly runId: string;
  readonly digest: string;
}

const fetchWhole = async (
  tracking: ArtifactReader,
  bundlesFolder: string,
  { runId, digest }: KeptBundle,
): Promise<boolean> =>
  withTemporaryFolder(join(bundlesFolder, BUILDING), async (temporary) => {
    const fetchFile = async (path: string): Promise<boolean> => {
      const file = joinBelow(temporary, path, `bundle of run ${runId}`);
      await mkdir(dirname(file), { recursive: true });
      return tracking.getArtifactFile(runId, `${ARTIFACT.bundle}/${path}`, file);
    };
    if (!(await fetchFile(MANIFEST_FILE))) {
      return false;
    }
    const { digest: found, manifest } = await readBundleManifest(temporary);
    if (found !== digest) {
      return false;
    }
    for (const path of Object.keys(manifest.files)) {
      await fetchFile(path);
    }
    await loadBundle(temporary);
    const folder = join(bundlesFolder, digest);
    // What lies there was asked for before, and is not whole.
    await rm(folder, { recursive: true, force: true });
    await renameOrAdopt(temporary, folder);
    return true;
  });

/**
 * Verified, then published by rename. False where the run has no such bundle: none was kept, or a later blessing has
 * replaced it. Throws MODEL_NOT_LOADING for one that is not whole, and DISK_FULL, with nothing left of it.
 */
export const fetchBundle = async (
  tracking: ArtifactReader,
  bundlesFolder: string,
  kept: KeptBundle,
): Promise<boolean> => {
  try {
    return await fetchWhole(tracking, bundlesFolder, kept);
  } catch (error) {
    if (!isDiskFull(error)) {
      throw error;
    }
    throw new TtExpError(
      'DISK_FULL',
      `${bundlesFolder}: no space left on the disk for bundle ${kept.digest.slice(0, 12)}… of run ${kept.runId}; free some`,
      {
        hint: '`tt-exp data gc` removes bundles that nobody has opened for long. A server tries again by itself.',
        cause: error,
      },
    );
  }
};
