import type { DatasetManifest, DatasetSummary } from '../contracts/dataset.ts';
import { TtExpError } from '../contracts/errors.ts';
import { filesOf, readManifestFile } from './store/verify-folder.ts';

/** manifest.json of a version. Nothing in it depends on when or where the version was built. */
export interface VersionManifest extends DatasetManifest {
  /** Share in [0, 1] of each side's entities with a text embedding; null for a side without texts. */
  readonly coverage: { readonly user: number | null; readonly item: number | null };
  /** Width of each side's text embeddings; 0 for a side without texts. */
  readonly text_dim: { readonly user: number; readonly item: number };
  /** Length of the true factors, or null where nobody knows the truth. */
  readonly factor_dim: number | null;
}

const KEYS = [
  'format',
  'version',
  'samples',
  'splits',
  'label_distribution',
  'embedding_coverage',
  'feature_dims',
  'users',
  'items',
  'source_digest',
  'settings',
  'coverage',
  'text_dim',
  'text_encoder',
  'factor_dim',
] as const satisfies readonly (keyof VersionManifest)[];

const isVersionManifest = (value: Record<string, unknown>): value is Record<string, unknown> & VersionManifest =>
  value.format === 2 && typeof value.version === 'string' && typeof value.samples === 'number';

/** DATASET_NOT_FOUND when the folder holds no version, DATASET_CORRUPT when its manifest is none. */
export const readManifest = async (folder: string): Promise<VersionManifest> => {
  const manifest = await readManifestFile(folder, KEYS);
  if (!isVersionManifest(manifest)) {
    throw new TtExpError('DATASET_CORRUPT', `${folder}/manifest.json: got another format, expected format 2`, {
      hint: 'Use the version of tt-exp that wrote it, or build the dataset version again.',
    });
  }
  return { ...manifest, files: filesOf(folder, manifest) };
};

export const summaryOf = (manifest: DatasetSummary): DatasetSummary => ({
  version: manifest.version,
  samples: manifest.samples,
  splits: manifest.splits,
  label_distribution: manifest.label_distribution,
  embedding_coverage: manifest.embedding_coverage,
  text_encoder: manifest.text_encoder,
  feature_dims: manifest.feature_dims,
  users: manifest.users,
  items: manifest.items,
});
