/** Whether the copy of a model that MLflow itself serves for a version is the one that its run has. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinBelow } from '../contracts/join-below.ts';
import { MANIFEST_FILE } from '../contracts/names.ts';
import { digestFile } from '../host/files/file-digest.ts';
import { recordedDigests } from './recorded-digests.ts';

export interface CopyReader {
  /** Writes a file of a logged model to `file`. False where there is none, or no such model. */
  getModelFile(modelId: string, path: string, file: string): Promise<boolean>;
}

export interface CopyToCheck {
  readonly modelId: string;
  /** Of the run's model; null where the run has none any more: the copy is held against its own. */
  readonly manifest: string | null;
}

const checkIn = async (
  folder: string,
  tracking: CopyReader,
  { modelId, manifest }: CopyToCheck,
): Promise<string | null> => {
  const what = `the copy that MLflow serves, models:/${modelId},`;
  const fetchFile = async (path: string): Promise<string | null> => {
    const file = joinBelow(folder, path, `model ${modelId}`);
    return (await tracking.getModelFile(modelId, path, file)) ? file : null;
  };
  const manifestFile = await fetchFile(MANIFEST_FILE);
  if (manifestFile === null) {
    return `${what} has no ${MANIFEST_FILE}`;
  }
  const text = await readFile(manifestFile, 'utf8');
  if (manifest !== null && manifest !== text) {
    return `${what} has another ${MANIFEST_FILE} than its run`;
  }
  for (const [path, digest] of Object.entries(recordedDigests(text))) {
    const file = await fetchFile(path);
    if (file === null) {
      return `${what} has no ${path}`;
    }
    if ((await digestFile(file)).sha256 !== digest) {
      return `${what} has a ${path} that differs from the digest in its manifest`;
    }
  }
  return null;
};

/** What is changed or missing in it; null: nothing. */
export const copyProblem = async (tracking: CopyReader, copy: CopyToCheck): Promise<string | null> => {
  const folder = await mkdtemp(join(tmpdir(), 'tt-exp-copy-'));
  try {
    return await checkIn(folder, tracking, copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
