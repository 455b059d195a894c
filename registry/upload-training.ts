/** The other direction: what a finished training leaves with its run. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ARTIFACT } from '../contracts/names.ts';
import type { ArtifactWriter } from './ports.ts';

/** Uploads model/, encoder, config and history. */
export const uploadTraining = async (
  tracking: ArtifactWriter,
  runId: string,
  { folder, encoderFile }: { readonly folder: string; readonly encoderFile: string },
): Promise<void> => {
  const modelFolder = join(folder, ARTIFACT.modelFolder);
  for (const entry of await readdir(modelFolder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const file = join(entry.parentPath, entry.name);
      const path = file.slice(folder.length + 1).replaceAll('\\', '/');
      await tracking.putArtifactFile(runId, path, file);
    }
  }
  await tracking.putArtifactFile(runId, ARTIFACT.encoder, encoderFile);
  for (const path of [ARTIFACT.config, ARTIFACT.history]) {
    await tracking.putArtifactFile(runId, path, join(folder, path));
  }
};
