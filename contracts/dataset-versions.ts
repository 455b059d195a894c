/** What people want to know of the dataset versions of a home: listed, shown, compared, exported, tidied up. */

import type { DatasetManifest, DatasetSummary, SplitName } from './dataset.ts';
import type { LeftOutRows, SourceIdentity } from './source-reading.ts';

/** One version on this host. Times are ISO 8601 in UTC, sizes are bytes on the disk. */
export type VersionEntry =
  | {
      readonly status: 'ok';
      readonly version: string;
      readonly created_at: string;
      readonly bytes: number;
      readonly parent_version: string | null;
      /** synthetic, files, sqlite or postgres; null where it was not noted. */
      readonly source_kind: string | null;
      readonly summary: DatasetSummary;
    }
  | {
      readonly status: 'corrupt';
      readonly version: string;
      readonly created_at: string;
      readonly bytes: number;
      readonly problem: string;
    };

/** Where a version came from: provenance.json, which is no part of its content. */
export interface VersionProvenance {
  readonly git_commit: string | null;
  readonly created_at: string;
  readonly parent_version: string | null;
  /** Rows of the source that were left out, since they could not be used. */
  readonly bad_rows: number;
  /** All rows of the source that are in no sample, bad or left out by settings; null where it was not noted. */
  readonly left_out: LeftOutRows | null;
  /** synthetic, files, sqlite or postgres; null where it was not noted. */
  readonly source_kind: string | null;
  /** The database that the rows came from; null for sources without a server. */
  readonly source: SourceIdentity | null;
  /** Ids of the stages that it was made of; null where there is none of the kind. */
  readonly stages: Readonly<Record<'extract' | 'label' | 'split' | 'embed', string | null>>;
  /** Files or tables that the rows came from; empty where an earlier extract was used. */
  readonly source_files: readonly { readonly name: string; readonly sha256?: string; readonly bytes?: number }[];
}

export interface VersionFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** `listed`: nobody looked. */
  readonly state: 'listed' | 'intact' | 'damaged';
  /** What is wrong with a damaged one. */
  readonly problem: string | null;
}

export interface VersionDetails {
  readonly folder: string;
  readonly bytes: number;
  readonly manifest: DatasetManifest & {
    readonly coverage: { readonly user: number | null; readonly item: number | null };
    readonly text_encoder: { readonly user: string | null; readonly item: string | null };
    readonly text_dim: { readonly user: number; readonly item: number };
  };
  /** null for a version that came without it. */
  readonly provenance: VersionProvenance | null;
  readonly files: readonly VersionFile[];
}

/** Numbers of things in A and B, compared as multisets: a = removed + common, b = added + common. */
export interface RowChange {
  readonly a: number;
  readonly b: number;
  readonly added: number;
  readonly removed: number;
  readonly common: number;
}

export interface RowChanges {
  /** Equal user, item, type, time, label and weight; `moved` of the common ones are in another part. */
  readonly samples: RowChange & { readonly moved: number };
  /** Samples but the negative ones. */
  readonly events: RowChange & { readonly moved: number };
  /** User-item pairs with an event. */
  readonly pairs: RowChange;
  /** `changed` of the common ones have another value in a feature that both versions have. */
  readonly users: RowChange & { readonly changed: number };
  readonly items: RowChange & { readonly changed: number };
}

/** How far two distributions over the same bins are apart. */
export interface Shift {
  /** Population stability index: the sum of (b − a) · ln(b / a) over the shares of the bins. */
  readonly psi: number;
  /** Without any drift, only 1 comparison in 100 gives a greater index. */
  readonly threshold: number;
  readonly is_drifted: boolean;
  readonly bins: number;
  /** Statistic of the test that both are draws of one distribution, its degrees of freedom are bins − 1. */
  readonly chi_square: number;
  readonly p_value: number;
  /** The bins with the greatest difference, at most three. Shares in [0, 1]. */
  readonly moved: readonly { readonly bin: string; readonly a: number; readonly b: number }[];
}

export type FeatureDrift = {
  readonly side: 'user' | 'item';
  readonly feature: string;
  readonly kind: 'categorical' | 'multi_categorical' | 'numeric' | 'text embedding';
} & (
  | ({ readonly status: 'compared'; readonly values: { readonly a: number; readonly b: number } } & Shift)
  | { readonly status: 'not_compared'; readonly reason: string }
);

export interface VersionDiff {
  readonly a: string;
  readonly b: string;
  /** `path` is dotted; a value that one of them does not have is absent. */
  readonly settings: readonly { readonly path: string; readonly a?: unknown; readonly b?: unknown }[];
  readonly rows: RowChanges;
  /** Shares over all samples; shift is null where there is one label only. */
  readonly labels: {
    readonly shares: readonly { readonly label: string; readonly a: number; readonly b: number }[];
    readonly shift: Shift | null;
  };
  /** Over users and items with a training event, each once. */
  readonly features: readonly FeatureDrift[];
}

export interface ExportRequest {
  readonly version: string;
  readonly split: SplitName | 'all';
  readonly format: 'csv' | 'parquet';
  /** Absolute file. */
  readonly file: string;
  /** Add the encoded features of user and item to each sample. */
  readonly hasFeatures: boolean;
  readonly signal?: AbortSignal;
}

export interface ExportResult {
  readonly version: string;
  readonly file: string;
  readonly samples: number;
  readonly bytes: number;
}

export interface GarbageRequest {
  /** This many of the newest versions stay whatever their age. */
  readonly keep: number;
  /** What is younger stays. */
  readonly olderThanMs: number;
  readonly isDryRun: boolean;
  /** Blessed bundles that lie nowhere else may go too. Default: they stay. */
  readonly includesBlessed?: boolean;
}

export type GarbageKind = 'version' | 'extract' | 'label' | 'split' | 'embedding' | 'bundle' | 'temporary';

export interface GarbageReport {
  readonly is_dry_run: boolean;
  readonly removed: readonly { readonly kind: GarbageKind; readonly name: string; readonly bytes: number }[];
  readonly bytes: number;
  /** Versions that stay. */
  readonly kept: readonly string[];
  /** Digests of bundles that stay; absent where only data was looked at. */
  readonly kept_bundles?: readonly string[];
  /** Those of them that would have gone, had they not been blessed, and lay they not here alone; absent likewise. */
  readonly kept_blessed?: readonly string[];
  /** Builders at work on this data folder: their folders and all stages stay. */
  readonly busy: readonly string[];
}
