/** A model's files on this host: where they lie in a folder, and what the manifest tells of them. */

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ARTIFACT, MANIFEST_FILE } from '../contracts/names.ts';
import type { ModelSource } from '../contracts/trainer.ts';
import { exists } from '../host/files/file-errors.ts';
import type { ModelManifest } from '../models/saved/model-manifest.ts';
import { notLoading } from './not-loading.ts';
import { requireRecordedEncoder } from './own-encoder.ts';

/** What the manifest tells without loading the model. */
export type ModelFacts = Pick<ModelManifest, 'dataset_version' | 'best_epoch' | 'settings'>;

/** What a folder holds: model/ and encoder.json as `train` writes them, or a bare model with the encoder beside it. */
export const findSource = async (folder: string): Promise<ModelSource> => {
  const modelFolder = join(folder, ARTIFACT.modelFolder);
  if (await exists(join(modelFolder, MANIFEST_FILE))) {
    return { modelFolder, encoderFile: join(folder, ARTIFACT.encoder) };
  }
  if (!(await exists(join(folder, MANIFEST_FILE)))) {
    throw notLoading(
      `${folder}: model/${MANIFEST_FILE} is missing, which \`tt-exp train\` writes`,
      'Name the folder <output-dir>/<model-name>, or a folder model/ with encoder.json beside it.',
    );
  }
  const inside = join(folder, ARTIFACT.encoder);
  return {
    modelFolder: folder,
    encoderFile: (await exists(inside)) ? inside : join(dirname(folder), ARTIFACT.encoder),
  };
};

/** Throws MODEL_NOT_LOADING where the encoder is missing or not the recorded one, or the manifest is none. */
export const readFacts = async ({ modelFolder, encoderFile }: ModelSource): Promise<ModelFacts> => {
  if (!(await exists(encoderFile))) {
    throw notLoading(
      `${encoderFile}: no such file, expected the encoder of the model's training`,
      'Put the encoder.json of the same training there.',
    );
  }
  const file = join(modelFolder, MANIFEST_FILE);
  const again = 'Fetch or train the model again.';
  let manifest: Partial<ModelManifest>;
  try {
    manifest = JSON.parse(await readFile(file, 'utf8')) as Partial<ModelManifest>;
  } catch (error) {
    throw notLoading(`${file}: got a file that is not JSON, expected a manifest`, again, error);
  }
  const { dataset_version, best_epoch, settings, encoder_sha256: encoder } = manifest;
  if (dataset_version === undefined || best_epoch === undefined || settings === undefined) {
    throw notLoading(
      `${file}: got no dataset_version, best_epoch or settings, expected a two-tower model's manifest`,
      again,
    );
  }
  await requireRecordedEncoder(encoderFile, encoder);
  return { dataset_version, best_epoch, settings };
};
