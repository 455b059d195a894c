/** manifest.json of a model folder: what the model takes, and the digest of every file. */
import type { TrialSettings } from '../../contracts/trial.ts';
import type { Side } from '../towers/architecture.ts';

export interface ModelManifest {
  readonly format: 3;
  readonly kind: 'two-tower';
  /** Width of the dense features; 0 for a side without any. */
  readonly feature_dims: Readonly<Record<Side, number>>;
  /** Rows of each side's id embedding, the first of them for unknown ids; 0 where ids are no feature. */
  readonly id_rows: Readonly<Record<Side, number>>;
  /** Rows of the embedding of met items, one per row of the items' ids; 0 where users have no history. */
  readonly history_rows: number;
  readonly embedding_dim: number;
  /** Whether tower outputs are scaled to length 1 before the dot product. */
  readonly is_normalised: boolean;
  /** score = sigmoid(dot / temperature) */
  readonly temperature: number;
  readonly dataset_version: string;
  readonly best_epoch: number;
  readonly settings: TrialSettings;
  /** sha256 of the training's encoder.json, which lies beside the model folder; absent in models saved before it was recorded. */
  readonly encoder_sha256?: string;
  /** Path below the model folder to sha256. */
  readonly files: Readonly<Record<string, string>>;
}

export type Table = 'ids' | 'history';

/** Rows of little-endian float32, embedding_dim wide. */
export const tableFile = (side: Side, table: Table): string => `${side}_${table}.f32`;
