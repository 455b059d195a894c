/** Whether a model and the encoder beside it belong together. */
import { TtExpError } from '../contracts/errors.ts';
import type { ModelSource } from '../contracts/trainer.ts';
import type { ModelManifest } from '../models/saved/model-manifest.ts';
import type { readEncoder } from '../pipeline/index.ts';

/** Throws MODEL_INCOMPATIBLE: features of another encoder would give a ranking, and a wrong one. */
export const requireOwnEncoder = (
  { modelFolder, encoderFile }: ModelSource,
  encoder: Awaited<ReturnType<typeof readEncoder>>,
  manifest: Pick<ModelManifest, 'feature_dims'>,
): void => {
  for (const side of ['user', 'item'] as const) {
    const { dim } = encoder[side];
    const wanted = manifest.feature_dims[side];
    if (dim !== wanted) {
      throw new TtExpError(
        'MODEL_INCOMPATIBLE',
        `${encoderFile}: ${side} features are ${dim} wide, expected ${wanted} as model ${modelFolder} takes them`,
        { hint: 'Put the encoder.json of the same training beside the model.' },
      );
    }
  }
};
