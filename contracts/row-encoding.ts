/** Users and items that training has not seen, and what a bundle's encoder and towers make of them. */

export type Side = 'user' | 'item';

/** One user or item as somebody gave it; blanks around texts and values do not count. */
export interface RawRow {
  readonly id: string;
  /** By field of the encoder; what it does not know is ignored, what is missing counts as unknown. */
  readonly features: Readonly<Record<string, string | number | readonly string[] | null>>;
  /** What a text encoder reads; null without a text. */
  readonly text: string | null;
  /** The text's embedding, where the data itself brings these. */
  readonly embedding: readonly number[] | null;
  /** Ids of items that a user likes, for models that take histories; empty for an item. */
  readonly liked: readonly string[];
}

export interface EncodeRequest {
  /** Folder of the bundle whose encoder and model are meant. */
  readonly bundleFolder: string;
  readonly side: Side;
  readonly rows: readonly RawRow[];
}

export interface EncodedRow {
  /**
   * The tower's, [embedding_dim]; null where it gives no finite numbers, or zeros in place of a length of 1, and where the row's
   * embedding is of another width.
   */
  readonly vector: Float32Array | null;
  /** Of length 1 or 0, as the bundle's content, [content.width]; null where the bundle has none for this side. */
  readonly content: Float32Array | null;
}

/** Encodes as the building of a bundle does: equal rows get equal vectors, up to rounding. */
export interface RowEncoder {
  /**
   * One result a row. Throws whatever keeps all of them from being encoded: a model that does not load, a text encoder that
   * cannot be had, a process that ended. A later call may succeed.
   */
  encode(request: EncodeRequest): Promise<readonly EncodedRow[]>;
  close(): Promise<void>;
}
