/** A verified copy of a model in a folder of one's own. */

import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CountSink } from '../contracts/work-count.ts';
import { exists, isFileError } from '../host/files/file-errors.ts';
import { makeFolder } from '../host/files/make-folder.ts';
import { fetchModel } from './fetch-model.ts';
import type { ArtifactReader } from './ports.ts';
import { checkTarget, explainTarget, type PullTarget, requireCopyAlone } from './pull-target.ts';

export interface PullRequest extends PullTarget {
  readonly runId: string;
  readonly count?: CountSink;
}

/** The old one stays until the new one is in its place; what was put into it meanwhile is kept. */
const replace = async (fetched: string, folder: string): Promise<void> => {
  const old = `${fetched}.old`;
  try {
    await rename(folder, old);
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) {
      throw error;
    }
    await rename(fetched, folder);
    return;
  }
  try {
    if ((await readdir(old)).length > 0) {
      await requireCopyAlone(old, folder);
    }
    await rename(fetched, folder);
  } catch (error) {
    if (!(await exists(folder))) {
      await rename(old, folder);
    }
    throw error;
  }
  await rm(old, { recursive: true, force: true });
};

/**
 * Files are compared with their digests before the folder appears: it holds `model/` and `encoder.json`, as `evaluate
 * --model` takes them. Answers its real path. Throws what `checkTarget` throws, ENVIRONMENT_INVALID where the folder
 * cannot be written, MODEL_NOT_LOADING where the run has no whole model.
 */
export const pullModel = async (
  tracking: ArtifactReader,
  { runId, count, ...target }: PullRequest,
): Promise<string> => {
  const atTarget = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      throw explainTarget(error, target.folder);
    }
  };
  const folder = await atTarget(checkTarget(target));
  await atTarget(makeFolder(dirname(folder)));
  const fetched = await atTarget(mkdtemp(join(dirname(folder), `.${basename(folder)}.`)));
  try {
    await fetchModel({ tracking, workspace: { modelFolder: async () => fetched }, ...(count && { count }) }, runId);
    await atTarget(replace(fetched, folder));
    return folder;
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
};
