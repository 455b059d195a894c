/** Whether an encoder is the one that a model was trained with, as far as its digest and its widths tell. */
import { TtExpError } from '../contracts/errors.ts';
import type { ModelSource } from '../contracts/trainer.ts';
import { digestFile } from '../host/files/file-digest.ts';
import type { ModelManifest } from '../models/saved/model-manifest.ts';
import { notLoading } from './not-loading.ts';

interface SideWidths {
  readonly user: { readonly dim: number };
  readonly item: { readonly dim: number };
}

/** Features of another encoder would give a ranking, and a wrong one. Throws MODEL_INCOMPATIBLE. */
export const requireOwnEncoder = (
  { modelFolder, encoderFile }: ModelSource,
  encoder: SideWidths,
  manifest: Pick<ModelManifest, 'feature_dims'>,
): void => {
  for (const side of ['user', 'item'] as const) {
    const { dim } = encoder[side];
    const wanted = manifest.feature_dims[side];
    if (dim !== wanted) {
      throw new TtExpError(
        'MODEL_INCOMPATIBLE',
        `${encoderFile}: ${side} features are ${dim} wide, expected ${wanted} for the model ${modelFolder}`,
        { hint: 'Put the encoder.json of the same training beside the model.' },
      );
    }
  }
};

/**
 * An encoder of the same widths with other vocabularies would give a ranking too. Throws MODEL_NOT_LOADING.
 * @param recorded sha256 by the model's manifest; undefined: of a model saved before it was recorded, of which nobody can tell
 * @param shown name of the file for the user
 */
export const requireRecordedEncoder = async (
  encoderFile: string,
  recorded: unknown,
  shown = encoderFile,
): Promise<void> => {
  if (recorded !== undefined && (await digestFile(encoderFile)).sha256 !== recorded) {
    throw notLoading(
      `${shown} differs from the digest recorded in its manifest`,
      'Put the encoder.json of the same training there, fetch the model again, or train it again with --fresh.',
    );
  }
};
