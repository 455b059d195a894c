/** A bundle: one model and one dataset version as a recommender serves them, in an immutable folder. */
import type { LabelRule } from './dataset.ts';
import type { UseCaseNouns } from './use-case-nouns.ts';

export const BUNDLE_FORMAT = 2;

/** Catalogues of more items are searched through an index. */
export const MOST_ITEMS_EXACT = 100_000;
/** Least recall@10 of an index. */
export const LEAST_RECALL = 0.98;

export type SearchFacts =
  | {
      readonly kind: 'exact';
      /** Of content alone: the best that an index reached, and too little to be used. */
      readonly index_recall_at_10?: number;
    }
  | {
      readonly kind: 'index';
      /** Share of the true first ten that the index finds, over a sample of users; of content, of users and items. */
      readonly recall_at_10: number;
      readonly sampled_users: number;
      /** Of the graph (HNSW): edges of a node, and nodes looked at when one is added. */
      readonly connectivity: number;
      readonly expansion_add: number;
      /** Items that a search takes from the graph, to be scored from their vectors. */
      readonly nominees: number;
    };

/** How items are compared by content. */
export type ContentFacts =
  /** Both sides have texts of one encoder. */
  | { readonly kind: 'texts'; readonly width: number }
  /** Features of the items that a user met. */
  | { readonly kind: 'features'; readonly width: number }
  /** Items have no features. */
  | { readonly kind: 'none' };

export interface BundledModel {
  /** Registered model and version; null for a model that was found otherwise. */
  readonly name: string | null;
  readonly version: string | null;
  readonly run_id: string | null;
  /** sha256 of its manifest.json, which names the digest of each of its files. */
  readonly manifest_digest: string;
}

/** manifest.json of a bundle. Nothing in it tells when or where it was built; its sha256 is the bundle's digest. */
export interface BundleManifest {
  readonly format: typeof BUNDLE_FORMAT;
  readonly model: BundledModel;
  readonly dataset_version: string;
  readonly use_case: string;
  readonly nouns: UseCaseNouns;
  /** Type of interaction to its weight and label, as in the dataset version: 0 or less of either is a dislike. */
  readonly labels: Readonly<Record<string, LabelRule>>;
  readonly embedding_dim: number;
  readonly is_normalised: boolean;
  /** score = sigmoid(dot / temperature) */
  readonly temperature: number;
  readonly users: number;
  readonly items: number;
  /** Of users and items, negative samples left out. */
  readonly interactions: number;
  readonly search: SearchFacts;
  readonly content: ContentFacts;
  /** Absent where content is searched exactly as there is little of it, and in bundles of earlier versions. */
  readonly content_search?: SearchFacts;
  readonly encoder: {
    readonly version: number;
    /** What made each side's text embeddings: `source`, the id of a text encoder, or null. */
    readonly text: { readonly user: string | null; readonly item: string | null };
  };
  /** Path below the folder to digest and size. */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

/** What a build answers. */
export interface BuiltBundle {
  readonly digest: string;
  readonly folder: string;
  readonly search: SearchFacts;
  readonly users: number;
  readonly items: number;
}
