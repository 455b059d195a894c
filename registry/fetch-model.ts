/** A trained model's files, from its run's artifacts into the cache of this host. */

import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TtExpError } from '../contracts/errors.ts';
import { joinBelow } from '../contracts/join-below.ts';
import { ARTIFACT, MANIFEST_FILE } from '../contracts/names.ts';
import type { ModelSource } from '../contracts/trainer.ts';
import type { CountSink } from '../contracts/work-count.ts';
import { digestFile } from '../host/files/file-digest.ts';
import { isFileError } from '../host/files/file-errors.ts';
import type { Workspace } from '../host/workspace.ts';
import { notLoading } from './not-loading.ts';
import { requireRecordedEncoder } from './own-encoder.ts';
import type { ArtifactReader } from './ports.ts';
import { recordedDigests, recordedEncoder } from './recorded-digests.ts';

export interface FetchModelDeps {
  readonly tracking: ArtifactReader;
  readonly workspace: Pick<Workspace, 'modelFolder'>;
  /** Told how many files are here. */
  readonly count?: CountSink;
}

const lost = (what: string): TtExpError =>
  notLoading(what, 'Train it again with --fresh, or check the artifact store of the MLflow server.');

/** null where there is no such file. */
const digestOf = async (file: string): Promise<string | null> => {
  try {
    return (await digestFile(file)).sha256;
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return null;
    }
    throw error;
  }
};

/**
 * Files that lie here and equal their digest in the manifest are not fetched again; the manifest, of which no digest
 * is recorded, and the encoder, of which earlier models have none, always are. Throws MODEL_NOT_LOADING where the run has no whole model.
 */
export const fetchModel = async (
  { tracking, workspace, count }: FetchModelDeps,
  runId: string,
): Promise<ModelSource> => {
  const folder = await workspace.modelFolder(runId);
  const names = await tracking.listArtifacts(runId, ARTIFACT.modelFolder);
  const fileOf = (path: string): string => joinBelow(folder, path, `model of run ${runId}`);
  const fetchFile = async (path: string): Promise<string> => {
    const file = fileOf(path);
    await mkdir(dirname(file), { recursive: true });
    if (!(await tracking.getArtifactFile(runId, path, file))) {
      throw lost(`run ${runId} has no artifact ${path}`);
    }
    return file;
  };
  if (names.length === 0) {
    throw lost(`run ${runId} has no artifact ${ARTIFACT.modelFolder}/`);
  }
  const manifest = await readFile(await fetchFile(`${ARTIFACT.modelFolder}/${MANIFEST_FILE}`), 'utf8');
  const digests = recordedDigests(manifest);
  // A file that the manifest names and MLflow does not list is missing.
  const files = new Set([...names, ...Object.keys(digests)]);
  files.delete(MANIFEST_FILE);
  // With the manifest, which is here, and the encoder, which comes last.
  const total = files.size + 2;
  for (const [index, name] of [...files].entries()) {
    count?.({ done: index + 1, total, unit: 'files' });
    const path = `${ARTIFACT.modelFolder}/${name}`;
    const expected = digests[name];
    if (expected !== undefined && (await digestOf(fileOf(path))) === expected) {
      continue;
    }
    const file = await fetchFile(path);
    if (expected !== undefined && (await digestOf(file)) !== expected) {
      throw lost(`run ${runId} has an artifact ${path} that differs from the digest in its manifest`);
    }
  }
  count?.({ done: total - 1, total, unit: 'files' });
  const encoderFile = await fetchFile(ARTIFACT.encoder);
  await requireRecordedEncoder(
    encoderFile,
    recordedEncoder(manifest),
    `run ${runId}: its artifact ${ARTIFACT.encoder}`,
  );
  count?.({ done: total, total, unit: 'files' });
  return { modelFolder: join(folder, ARTIFACT.modelFolder), encoderFile };
};
