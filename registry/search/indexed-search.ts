/**
 * Search through an index: it nominates, and what it names is scored from the vectors themselves. What few items pass,
 * and what the index does not hold (cosines of vectors of different lengths, far pages), is searched exactly.
 */
import type { Measure } from '../../models/kernels/screen-rows.ts';
import { scoreOf } from './exact-search.ts';
import { createFirstRows } from './first-rows.ts';
import type { ItemIndex } from './item-index.ts';
import type { Matrix } from './matrix.ts';
import type { RankedRows, SearchRequest, VectorSearch } from './vector-search.ts';

/** Where fewer pass, looking at all of them is as fast as naming enough. */
const LEAST_SHARE = 0.2;
/** Nominees for each wanted row, beyond which an exact search is as fast. */
const NOMINEES_PER_ROW = 4;
const MOST_NOMINEES = 4_000;

export interface IndexedSearchOptions {
  readonly matrix: Matrix;
  readonly index: ItemIndex;
  /** Of the same matrix. */
  readonly exact: VectorSearch;
  readonly isNormalised: boolean;
  /** That the recall was measured with. */
  readonly nominees: number;
}

/** Of a mask that is kept it need not be counted again. */
const createCounter = (): ((hidden: Uint8Array) => number) => {
  const counts = new WeakMap<Uint8Array, number>();
  return (hidden) => {
    const known = counts.get(hidden);
    if (known !== undefined) {
      return known;
    }
    let count = 0;
    for (let row = 0; row < hidden.length; row += 1) {
      count += hidden[row] === 0 ? 0 : 1;
    }
    counts.set(hidden, count);
    return count;
  };
};

export const createIndexedSearch = (options: IndexedSearchOptions): VectorSearch => {
  const { matrix, index, exact, isNormalised, nominees } = options;
  const hiddenIn = createCounter();

  /** null where the index names too few that pass. */
  const searchNamed = (request: SearchRequest, measure: Measure, wanted: number): RankedRows | null => {
    const { query, k, hidden } = request;
    const out = new Set(request.excluded);
    const first = createFirstRows(k);
    let passed = 0;
    for (const row of index.nominate(query, wanted)) {
      if ((hidden === null || hidden[row] === 0) && !out.has(row)) {
        first.offer(row, scoreOf(matrix, row, query, measure));
        passed += 1;
      }
    }
    return passed < k ? null : first.ranked();
  };

  return {
    kind: 'index',
    search: (request, measure = 'dot') => {
      const excluded = new Set(request.excluded);
      const share = request.hidden === null ? 1 : 1 - hiddenIn(request.hidden) / matrix.rows;
      // As many that pass as without a filter.
      const enough = Math.max(nominees, NOMINEES_PER_ROW * request.k) + excluded.size;
      const wanted = Math.ceil(enough / Math.max(share, LEAST_SHARE));
      if (share < LEAST_SHARE || wanted > MOST_NOMINEES || (measure === 'cosine' && !isNormalised)) {
        return exact.search(request, measure);
      }
      return searchNamed({ ...request, excluded }, measure, wanted) ?? exact.search(request, measure);
    },
  };
};
