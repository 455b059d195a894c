/** Where data comes from. A source fills the canonical tables; what follows does not know which source it was. */
import type { Database } from './duckdb/database.ts';

/**
 * A feature column of users or items. `width` is the number of columns in the feature matrix: one for the unknown
 * bucket and the rest for the values that are most frequent in the training part.
 */
export type FieldSpec =
  | { readonly name: string; readonly kind: 'categorical' | 'multi_categorical'; readonly width: number }
  | { readonly name: string; readonly kind: 'numeric'; readonly transform: 'none' | 'log1p' };

export interface SourceSchema {
  readonly textDim: number;
  readonly user: readonly FieldSpec[];
  readonly item: readonly FieldSpec[];
}

/**
 * Tables that `load` creates in an empty database:
 * users(user_id VARCHAR, …fields), items(item_id VARCHAR, …fields),
 * interactions(interaction_id VARCHAR, user_id VARCHAR, item_id VARCHAR, type VARCHAR, occurred_at TIMESTAMP in UTC, use_case VARCHAR),
 * user_embeddings(user_id VARCHAR, embedding FLOAT[textDim]), item_embeddings(item_id …), and, if the truth is known,
 * user_factors(user_id VARCHAR, factors FLOAT[n]) and item_factors(item_id …).
 */
export interface Source {
  readonly kind: string;
  readonly schema: SourceSchema;
  /** Length of the true factors, or null where nobody knows the truth. */
  readonly factorDim: number | null;
  /** Equal keys mean equal content, known without loading; null: only loading tells. */
  readonly contentKey: Readonly<Record<string, unknown>> | null;
  load(database: Database): Promise<void>;
}
