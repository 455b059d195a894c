/** Where data comes from. A source fills the canonical tables; what follows does not know which source it was. */
import type { SourceIdentity } from '../contracts/source-reading.ts';
import type { Database } from './duckdb/database.ts';

/**
 * A feature column of users or items. `width` is the number of columns in the feature matrix: one for the unknown
 * bucket and the rest for the values that are most frequent in the training part.
 */
export type FieldSpec =
  | { readonly name: string; readonly kind: 'categorical' | 'multi_categorical'; readonly width: number }
  | { readonly name: string; readonly kind: 'numeric'; readonly transform: 'none' | 'log1p' };

/** What the canonical table of users or items holds. */
export interface SideSchema {
  /** Dense features; their order is that of the columns of the feature matrix. */
  readonly fields: readonly FieldSpec[];
  /** The table has a column `text`: all features of kind text, joined by line breaks. */
  readonly hasText: boolean;
  /** Width of the text embeddings that the source itself brings; null where it brings none. */
  readonly embeddingDim: number | null;
  /** The id itself is a feature: the model learns an embedding for each id. */
  readonly hasId: boolean;
}

export interface SourceSchema {
  readonly user: SideSchema;
  readonly item: SideSchema;
}

/** What loading a source found beside the rows. */
export interface LoadedSource {
  /** Rows that were left out, since they cannot be used. */
  readonly problems: readonly {
    readonly problem: string;
    readonly count: number;
    readonly examples: readonly string[];
  }[];
  /** Worth saying, and no fault. */
  readonly notes: readonly string[];
  /** Files or tables that the rows came from. */
  readonly origin: readonly { readonly name: string; readonly sha256?: string; readonly bytes?: number }[];
}

/** Interactions from `since` on are read, older ones are taken from an earlier extract. */
export interface Increment {
  /** UTC, ISO 8601 without a zone. */
  readonly since: string;
  /** SQL of the older rows as canonical interactions. */
  readonly olderRows: string;
  /** Names of what the older rows came from: those of another database must not be mixed in. */
  readonly origin: readonly string[];
}

export interface Source {
  readonly kind: string;
  /** The database behind it; null for sources without a server. */
  readonly identity: SourceIdentity | null;
  readonly schema: SourceSchema;
  /** The truth is known: there are user_factors and item_factors. */
  readonly hasFactors: boolean;
  /** Equal keys mean equal content, known without loading; null: only loading tells. */
  contentKey(): Promise<Readonly<Record<string, unknown>> | null>;
  /** Where interactions have one of these values, "events.csv line 7: \"stare\"", at most five; absent without files or tables. */
  readonly locate?: (
    database: Database,
    column: 'user' | 'item' | 'type',
    values: readonly string[],
  ) => Promise<readonly string[]>;
  /**
   * Creates the canonical tables in an empty database; equal rows give equal tables, whatever the source:
   * users(user_id VARCHAR, text VARCHAR where hasText, …fields) and items(item_id …): a categorical field is VARCHAR, a
   * multi_categorical one VARCHAR[] (trimmed, distinct, sorted, never NULL), a numeric one DOUBLE;
   * interactions(interaction_id VARCHAR, user_id VARCHAR, item_id VARCHAR, type VARCHAR, occurred_at TIMESTAMP in UTC, use_case VARCHAR);
   * user_embeddings(user_id VARCHAR, embedding FLOAT[embeddingDim]) where the source brings them, item_embeddings(item_id …);
   * and, if the truth is known, user_factors(user_id VARCHAR, factors FLOAT[n]) and item_factors(item_id …).
   * An increment that cannot be told to be whole becomes a full load, with a note.
   */
  load(database: Database, increment: Increment | null): Promise<LoadedSource>;
}
