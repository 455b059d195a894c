/** What the engines share: whom they rank for, and how. */
import type { FieldFilters } from '../../contracts/recommendation.ts';
import type { RankedRows, SearchRequest } from '../../registry/search/vector-search.ts';
import type { UserVector } from '../user-vectors.ts';

export interface Asker {
  /** In the bundle; null for a user that it does not hold. */
  readonly row: number | null;
  /** Of the model, for a row; or why there is none, as a clause. */
  readonly vector: () => UserVector | string;
  /** What a user that it does not hold states, by user field. */
  readonly preferences: FieldFilters;
  /** Rows of items that the user likes. */
  readonly liked: () => readonly number[];
}

/** Candidates of a request, and how many of them are wanted. */
export type Wanted = Omit<SearchRequest, 'query'>;

export type Ranker = (wanted: Wanted) => RankedRows;

/** A ranker for a user, or why there is none, as a clause. */
export type Engine = (asker: Asker) => Ranker | string;
