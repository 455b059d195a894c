/** A trained model's files on their way between this host and its run's artifacts. */
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import { joinBelow } from '../contracts/join-below.ts';
import { ARTIFACT } from '../contracts/names.ts';
import type { ModelSource } from '../contracts/trainer.ts';
import type { TrackingPort, WorkspacePort } from './ports.ts';

interface ModelFilesDeps {
  readonly tracking: TrackingPort;
  readonly workspace: WorkspacePort;
}

const notLoading = (runId: string, path: string): TtExpError =>
  new TtExpError('MODEL_NOT_LOADING', `Model not loading: run ${runId} has no artifact ${path}`, {
    hint: 'Train it again with --fresh, or check the artifact store of the MLflow server.',
  });

/** Throws MODEL_NOT_LOADING when the run has no whole model; whoever loads the files checks their digests. */
export const ensureModel = async ({ tracking, workspace }: ModelFilesDeps, runId: string): Promise<ModelSource> => {
  const folder = await workspace.modelFolder(runId);
  const paths = await tracking.listArtifacts(runId, ARTIFACT.modelFolder);
  if (paths.length === 0) {
    throw notLoading(runId, `${ARTIFACT.modelFolder}/`);
  }
  for (const path of [...paths.map((name) => `${ARTIFACT.modelFolder}/${name}`), ARTIFACT.encoder]) {
    const file = joinBelow(folder, path, `model of run ${runId}`);
    await mkdir(dirname(file), { recursive: true });
    if (!(await tracking.getArtifactFile(runId, path, file))) {
      throw notLoading(runId, path);
    }
  }
  return { modelFolder: join(folder, ARTIFACT.modelFolder), encoderFile: join(folder, ARTIFACT.encoder) };
};

/** Uploads model/, encoder, config and history of a finished training. */
export const uploadTraining = async (
  tracking: Pick<TrackingPort, 'putArtifactFile'>,
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
