/** What a checkpoint belongs to. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { resumableKey } from '../../contracts/resumable-key.ts';
import type { TrialSettings } from '../../contracts/trial.ts';

/** Changes whenever the same settings would train differently. */
const TRAINING_FORMAT = 7;

/** Digest of everything that determines a training but its length: equal keys train the same epochs. */
export const trainingKey = ({ summary, ids }: LoadedDataset, settings: TrialSettings): string =>
  createHash('sha256')
    .update(
      canonicalJson({
        format: TRAINING_FORMAT,
        settings: resumableKey(settings),
        dataset: summary.version,
        featureDims: summary.feature_dims,
        ids: [ids.user?.size ?? 0, ids.item?.size ?? 0],
      }),
    )
    .digest('hex');
