/** A dataset version: the immutable, content-addressed result of extract, label, split and encode. */

export type SplitName = 'train' | 'validation' | 'test';
export const SPLIT_NAMES: readonly SplitName[] = ['train', 'validation', 'test'];

/** Weight and label of one interaction type. The weight enters the loss, the label is the target. */
export interface LabelRule {
  readonly weight: number;
  readonly label: number;
}

/** What people and summaries want to know about a dataset version. */
export interface DatasetSummary {
  /** `ds-` and 16 hex digits of the digest of source content and settings. */
  readonly version: string;
  readonly samples: number;
  readonly splits: Readonly<Record<SplitName, number>>;
  /** Label, written with one decimal ("1.0") or with as many as it needs, at most four, to number of samples. */
  readonly label_distribution: Readonly<Record<string, number>>;
  /** Share in [0, 1] of the users and items of sides with texts that have a text embedding; 1 where there are no texts. */
  readonly embedding_coverage: number;
  /** What made each side's text embeddings: `source`, the id of a text encoder, or null for a side without texts. */
  readonly text_encoder: { readonly user: string | null; readonly item: string | null };
  readonly feature_dims: { readonly user: number; readonly item: number };
  readonly users: number;
  readonly items: number;
}

/** manifest.json of a dataset version. Written last: a folder without it does not exist. */
export interface DatasetManifest extends DatasetSummary {
  readonly format: 2;
  /** Digest of the extracted source content. */
  readonly source_digest: string;
  /** The settings that shaped the version, as resolved from the config. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** File name to sha256 (hex) and size in bytes. */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

/**
 * Samples of one split, as parallel arrays of length n. Indices point into the feature matrices.
 * Rows are in the dataset version's total order, so equal versions give equal arrays.
 */
export interface SampleArrays {
  readonly userIndex: Int32Array;
  readonly itemIndex: Int32Array;
  /** Target in [0, 1]. */
  readonly label: Float32Array;
  /** Absolute interaction weight, > 0. */
  readonly weight: Float32Array;
}

/** True affinity of user u and item i = dot(userFactors[u], itemFactors[i]); only synthetic sources know it. */
export interface TrueAffinities {
  readonly dim: number;
  /** [users, dim], row-major. */
  readonly userFactors: Float32Array;
  /** [items, dim], row-major. */
  readonly itemFactors: Float32Array;
}

/** Rows of an id-embedding table. */
export interface IdRows {
  /** Rows of the table: one for unknown ids, and one for each id seen in training. */
  readonly size: number;
  /** Row of each entity, [entities]; 0 = not in the training part. */
  readonly rows: Int32Array;
}

/** Values of a categorical feature: entity e has names[values[starts[e]]] … names[values[starts[e + 1] - 1]]. */
export interface CategoryFeature {
  readonly side: 'user' | 'item';
  readonly feature: string;
  readonly names: readonly string[];
  /** [entities + 1] */
  readonly starts: Int32Array;
  readonly values: Int32Array;
}

/** A dataset version in memory, as training and evaluation use it. Matrices are row-major float32. */
export interface LoadedDataset {
  readonly summary: DatasetSummary;
  /** Of encoder.json, hex: a model of these features needs that file. */
  readonly encoderSha256: string;
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  /** [users, feature_dims.user] */
  readonly userFeatures: Float32Array;
  /** [items, feature_dims.item] */
  readonly itemFeatures: Float32Array;
  /** Columns [0, textDim) of each feature matrix are the text embeddings; 0 where that side has no texts. */
  readonly textDim: { readonly user: number; readonly item: number };
  /** null where ids are no feature of that side. A side whose feature_dims are 0 has ids. */
  readonly ids: { readonly user: IdRows | null; readonly item: IdRows | null };
  readonly samples: Readonly<Record<SplitName, SampleArrays>>;
  /**
   * What each user met in each split, one entry per user-item pair, negatives left out: the pair's gain is the
   * strongest label of its events, and 0 where a later dislike overrides them.
   */
  readonly pairs: Readonly<Record<SplitName, PairArrays>>;
  readonly affinities: TrueAffinities | null;
}

/** Pairs of one split sorted by (user, item). */
export interface PairArrays {
  readonly userIndex: Int32Array;
  readonly itemIndex: Int32Array;
  readonly gain: Float32Array;
}
