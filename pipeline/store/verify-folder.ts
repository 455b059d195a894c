import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import { staysBelow } from '../../contracts/join-below.ts';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import { digestFile, type FileDigest } from '../../host/files/file-digest.ts';

const HINT = 'Remove this folder and run the same command again: it is rebuilt from its inputs.';

const corrupt = (what: string, cause?: unknown): TtExpError =>
  new TtExpError('DATASET_CORRUPT', what, { hint: HINT, ...(cause === undefined ? {} : { cause }) });

export interface ManifestFiles {
  readonly files: Readonly<Record<string, FileDigest>>;
}

/**
 * The manifest of a published folder. DATASET_NOT_FOUND when there is none; DATASET_CORRUPT when it is no manifest.
 * `keys` are the fields that must be there beside `files`.
 */
export const readManifestFile = async (folder: string, keys: readonly string[]): Promise<Record<string, unknown>> => {
  const file = join(folder, MANIFEST_FILE);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new TtExpError('DATASET_NOT_FOUND', `No dataset version in ${folder}: ${MANIFEST_FILE} is missing`, {
      hint: 'Run the experiment that builds it, or check the version id.',
      cause: error,
    });
  });
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw corrupt(`${file} is not JSON`, error);
  }
  if (!isObject(manifest)) {
    throw corrupt(`${file} is not a JSON object`);
  }
  for (const key of [...keys, 'files']) {
    if (!(key in manifest)) {
      throw corrupt(`${file} has no "${key}"`);
    }
  }
  return manifest;
};

/** The `files` of a manifest, checked. */
export const filesOf = (folder: string, manifest: Record<string, unknown>): ManifestFiles['files'] => {
  const files: Record<string, FileDigest> = {};
  for (const [name, digest] of Object.entries(isObject(manifest.files) ? manifest.files : {})) {
    if (!isObject(digest) || typeof digest.sha256 !== 'string' || typeof digest.bytes !== 'number') {
      throw corrupt(`${join(folder, MANIFEST_FILE)} has no digest for ${name}`);
    }
    if (!staysBelow(name)) {
      throw corrupt(`${join(folder, MANIFEST_FILE)} lists "${name}", which is not in its folder`);
    }
    files[name] = { sha256: digest.sha256, bytes: digest.bytes };
  }
  return files;
};

/** Compares files with the manifest's digests; DATASET_CORRUPT names the first one that differs. */
export const verifyFiles = async (
  folder: string,
  files: ManifestFiles['files'],
  names: readonly string[] = Object.keys(files),
): Promise<void> => {
  for (const name of names) {
    const expected = files[name];
    if (expected === undefined) {
      throw corrupt(`${join(folder, MANIFEST_FILE)} does not list ${name}`);
    }
    const file = join(folder, name);
    const got = await digestFile(file).catch((error: unknown) => {
      throw corrupt(`${file} cannot be read`, error);
    });
    if (got.bytes !== expected.bytes) {
      throw corrupt(`${file} has ${got.bytes} bytes, expected ${expected.bytes}`);
    }
    if (got.sha256 !== expected.sha256) {
      throw corrupt(`${file} has sha256 ${got.sha256.slice(0, 16)}…, expected ${expected.sha256.slice(0, 16)}…`);
    }
  }
};
