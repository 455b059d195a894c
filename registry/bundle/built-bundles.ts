/** Which bundle of a home was built from what: a note beside the bundles that only saves work. */
import { join } from 'node:path';
import { BUNDLE_FORMAT, type BundledModel } from '../../contracts/bundle.ts';
import { isObject } from '../../contracts/is-object.ts';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import type { ModelSource } from '../../contracts/trainer.ts';
import { digestFile, shortDigest } from '../../host/files/file-digest.ts';
import { readJsonFile, writeJsonFile } from '../../host/files/json-file.ts';

const DIGEST = /^[0-9a-f]{64}$/;

export const isBundleDigest = (name: string): boolean => DIGEST.test(name);

/** @param kind what a bundle was built from, a reference that led to one last, or that one was blessed and lies nowhere else */
export const bundleNote = (bundlesFolder: string, kind: 'built' | 'references' | 'blessed', key: string): string =>
  join(bundlesFolder, kind, `${key}.json`);

/** null where there is none, or one that cannot be read: as good as nothing. */
export const readBundleNote = async (file: string): Promise<string | null> => {
  try {
    const note = await readJsonFile(file);
    return isObject(note) && typeof note.digest === 'string' && isBundleDigest(note.digest) ? note.digest : null;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return null;
    }
    throw error;
  }
};

export interface BundleOrigin {
  readonly source: ModelSource;
  readonly datasetVersion: string;
  readonly identity: Omit<BundledModel, 'manifest_digest'>;
}

/** The note of what is built from this model and data. Throws what reading the model's files throws. */
export const builtNote = async (
  bundlesFolder: string,
  { source, datasetVersion, identity }: BundleOrigin,
): Promise<string> => {
  const manifest = await digestFile(join(source.modelFolder, MANIFEST_FILE));
  const encoder = await digestFile(source.encoderFile);
  const key = shortDigest({
    ...{ format: BUNDLE_FORMAT, manifest: manifest.sha256, encoder: encoder.sha256 },
    ...{ dataset: datasetVersion, identity },
  });
  return bundleNote(bundlesFolder, 'built', key);
};

export const noteBundle = (note: string, digest: string): Promise<void> => writeJsonFile(note, { digest });
