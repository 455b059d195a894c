/** Everything that is known of one version. */
import type { VersionDetails, VersionFile } from '../../contracts/dataset-versions.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { readManifest } from '../manifest.ts';
import { type ManifestFiles, verifyFiles } from '../store/verify-folder.ts';
import { findVersion } from './find-version.ts';
import { folderBytes } from './folder-size.ts';
import { readProvenance } from './provenance.ts';

const problemOf = async (folder: string, files: ManifestFiles['files'], name: string): Promise<string | null> => {
  try {
    await verifyFiles(folder, files, [name]);
    return null;
  } catch (error) {
    if (error instanceof TtExpError && error.code === 'DATASET_CORRUPT') {
      return error.message;
    }
    throw error;
  }
};

/** `version` is an id or its beginning. Throws DATASET_NOT_FOUND, and DATASET_CORRUPT where there is no manifest. */
export const describeVersion = async (
  dataFolder: string,
  request: { readonly version: string; readonly isVerified: boolean },
): Promise<VersionDetails> => {
  const { folder } = await findVersion(dataFolder, request.version);
  const manifest = await readManifest(folder);
  const files: VersionFile[] = [];
  for (const [name, digest] of Object.entries(manifest.files)) {
    const problem = request.isVerified ? await problemOf(folder, manifest.files, name) : null;
    const state = problem !== null ? 'damaged' : request.isVerified ? 'intact' : 'listed';
    files.push({ name, ...digest, state, problem });
  }
  return { folder, bytes: await folderBytes(folder), manifest, provenance: await readProvenance(folder), files };
};
