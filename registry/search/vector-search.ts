/** The rows of a matrix that fit a query best. What builds a bundle measures with it, and what serves one answers with it. */

import type { Measure } from '../../models/kernels/screen-rows.ts';

export interface SearchRequest {
  /** [dim] */
  readonly query: Float32Array;
  /** Rows wanted; fewer come back where fewer are candidates. */
  readonly k: number;
  /** [rows]; what is not 0 is no candidate. null: all are. */
  readonly hidden: Uint8Array | null;
  /** Further rows that are no candidates. */
  readonly excluded: Iterable<number>;
}

/** Best first; on equal scores the lower row comes first. */
export interface RankedRows {
  readonly rows: readonly number[];
  /** float32. A cosine is by the length of the row alone: that of the query changes no order. */
  readonly scores: readonly number[];
}

export interface VectorSearch {
  readonly kind: 'exact' | 'index';
  search(request: SearchRequest, measure?: Measure): RankedRows;
}
