/** Whether an encoder is the one that a model was trained with, as far as their widths tell. */
import { TtExpError } from '../contracts/errors.ts';
import type { ModelSource } from '../contracts/trainer.ts';
import type { ModelManifest } from '../models/saved/model-manifest.ts';

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
