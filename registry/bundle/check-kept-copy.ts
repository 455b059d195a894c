/** Whether the bundle that a run keeps is the one that was blessed, file by file. Nothing of it is served from here. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { joinBelow } from '../../contracts/join-below.ts';
import { ARTIFACT, MANIFEST_FILE } from '../../contracts/names.ts';
import { digestFile } from '../../host/files/file-digest.ts';
import type { ArtifactReader } from '../ports.ts';
import { readBundleManifest } from './read-manifest.ts';

export interface KeptCopy {
  readonly runId: string;
  /** That the version was blessed with. */
  readonly digest: string;
  /** That the run was asked about last, whatever came of it; undefined: none is known. */
  readonly runDigest: string | undefined;
}

export interface KeptCopyFinding {
  /** What is changed or missing in it; null: nothing. */
  readonly problem: string | null;
  /** Why it could not be compared; null: it was. */
  readonly note: string | null;
}

const WHAT = `the bundle that its run keeps, ${ARTIFACT.bundle}/,`;
const problem = (text: string): KeptCopyFinding => ({ problem: `${WHAT} ${text}`, note: null });
const note = (text: string): KeptCopyFinding => ({ problem: null, note: text });

const manifestIn = async (folder: string): Promise<Awaited<ReturnType<typeof readBundleManifest>> | null> => {
  try {
    return await readBundleManifest(folder);
  } catch (error) {
    if (error instanceof TtExpError && (error.code === 'MODEL_NOT_LOADING' || error.code === 'MODEL_INCOMPATIBLE')) {
      return null;
    }
    throw error;
  }
};

const checkIn = async (
  folder: string,
  tracking: ArtifactReader,
  { runId, digest, runDigest }: KeptCopy,
): Promise<KeptCopyFinding> => {
  const fetchFile = async (path: string): Promise<string | null> => {
    const file = joinBelow(folder, path, `bundle of run ${runId}`);
    await mkdir(dirname(file), { recursive: true });
    return (await tracking.getArtifactFile(runId, `${ARTIFACT.bundle}/${path}`, file)) ? file : null;
  };
  const manifestFile = await fetchFile(MANIFEST_FILE);
  if (manifestFile === null) {
    return (await tracking.listArtifacts(runId, ARTIFACT.bundle)).length > 0
      ? problem(`has no ${MANIFEST_FILE}`)
      : note('its run keeps no copy of the bundle that was blessed');
  }
  const { sha256 } = await digestFile(manifestFile);
  if (sha256 !== digest) {
    return sha256 === runDigest
      ? note('its run keeps the bundle of a later blessing in place of its own')
      : problem(`has a ${MANIFEST_FILE} that is not the one that was blessed`);
  }
  const read = await manifestIn(folder);
  if (read === null) {
    return note('the bundle that was blessed has a format that this version of tt-exp does not read');
  }
  for (const [path, expected] of Object.entries(read.manifest.files)) {
    const file = await fetchFile(path);
    if (file === null) {
      return problem(`has no ${path}`);
    }
    if ((await digestFile(file)).sha256 !== expected.sha256) {
      return problem(`has another ${path} than its manifest says`);
    }
    await rm(file);
  }
  return { problem: null, note: null };
};

export const checkKeptCopy = async (tracking: ArtifactReader, copy: KeptCopy): Promise<KeptCopyFinding> => {
  const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bundle-'));
  try {
    return await checkIn(folder, tracking, copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
