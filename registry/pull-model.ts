/** A verified copy of a model in a folder of one's own. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import { ARTIFACT, MANIFEST_FILE } from '../contracts/names.ts';
import { exists, isFileError } from '../host/files/file-errors.ts';
import { fetchModel } from './fetch-model.ts';
import type { ArtifactReader } from './ports.ts';

export interface PullRequest {
  readonly runId: string;
  /** Absolute. */
  readonly folder: string;
  readonly isForced: boolean;
}

/** null where there is nothing. */
const namesIn = async (folder: string): Promise<readonly string[] | null> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return null;
    }
    if (isFileError(error, 'ENOTDIR')) {
      throw new TtExpError('USAGE', `${folder}: it exists and is not a folder`, { hint: 'Choose another --to.' });
    }
    throw error;
  }
};

/** Only a model is ever replaced, and only on request. */
const refuse = async ({ folder, isForced }: PullRequest): Promise<void> => {
  const names = await namesIn(folder);
  if (names === null || (isForced && names.length === 0)) {
    return;
  }
  const isModel = await exists(join(folder, ARTIFACT.modelFolder, MANIFEST_FILE));
  if (!isModel && names.length > 0) {
    throw new TtExpError('USAGE', `${folder}: it exists and does not hold a model`, {
      hint: 'Choose another --to; --force replaces only a model.',
    });
  }
  if (!isForced) {
    throw new TtExpError('USAGE', `${folder}: it exists`, { hint: 'Choose another --to, or replace it with --force.' });
  }
};

/** The old one stays until the new one is in its place. */
const replace = async (fetched: string, folder: string): Promise<void> => {
  const old = `${fetched}.old`;
  try {
    await rename(folder, old);
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) {
      throw error;
    }
  }
  try {
    await rename(fetched, folder);
  } catch (error) {
    if (await exists(old)) {
      await rename(old, folder);
    }
    throw error;
  }
  await rm(old, { recursive: true, force: true });
};

/**
 * Files are compared with their digests before the folder appears: it holds `model/` and `encoder.json`, as `evaluate
 * --model` takes them. Throws USAGE for a folder that exists, MODEL_NOT_LOADING where the run has no whole model.
 */
export const pullModel = async (tracking: ArtifactReader, request: PullRequest): Promise<void> => {
  await refuse(request);
  const { runId, folder } = request;
  const fetched = join(dirname(folder), `.${basename(folder)}.${process.pid}.tmp`);
  await mkdir(fetched, { recursive: true });
  try {
    await fetchModel({ tracking, workspace: { modelFolder: async () => fetched } }, runId);
    await replace(fetched, folder);
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
};
