/** One side as a recommender sees it: the rows of the bundle, and after them those given online. */
import { elementAt } from '../contracts/element-at.ts';

import { markMatching } from '../registry/bundle/field-columns.ts';
import type { BundleSide } from '../registry/bundle/load-bundle.ts';
import { scoreOf } from '../registry/search/exact-search.ts';
import { createFirstRows } from '../registry/search/first-rows.ts';
import { type Matrix, rowOf } from '../registry/search/matrix.ts';
import type { VectorSearch } from '../registry/search/vector-search.ts';
import { NO_ROWS, type OnlineRow, type OnlineRows } from './additions/online-rows.ts';

type FieldMatch = (value: string | number | boolean) => boolean;

export interface CatalogueSide {
  readonly bundle: BundleSide;
  readonly online: OnlineRows;
  /** Of both. */
  size(): number;
  rowOf(id: string): number | undefined;
  idOf(row: number): string;
  /** null for a row of the bundle. */
  onlineAt(row: number): OnlineRow | null;
  /** The tower's; null for a row given online that has none yet. */
  vectorAt(row: number): Float32Array | null;
  /** null where there is none. */
  contentAt(row: number): Float32Array | null;
  /** Marks the rows that have a value of the field for which `isWanted` holds. */
  mark(field: string, isWanted: FieldMatch, mark: (row: number) => void): void;
}

export const createCatalogueSide = (bundle: BundleSide, online: OnlineRows = NO_ROWS): CatalogueSide => {
  const { ids, rows, vectors, content, fields } = bundle;
  const onlineAt = (row: number): OnlineRow | null =>
    row < ids.length ? null : elementAt(online.rows(), row - ids.length);
  return {
    ...{ bundle, online, onlineAt },
    size: () => ids.length + online.rows().length,
    rowOf: (id) => {
      const row = rows.get(id);
      if (row !== undefined) {
        return row;
      }
      const place = online.placeOf(id);
      return place === undefined ? undefined : ids.length + place;
    },
    idOf: (row) => onlineAt(row)?.id ?? elementAt(ids, row),
    vectorAt: (row) => (row < ids.length ? rowOf(vectors, row) : (onlineAt(row)?.vector ?? null)),
    contentAt: (row) =>
      row < ids.length ? (content === null ? null : rowOf(content, row)) : (onlineAt(row)?.content ?? null),
    mark: (field, isWanted, mark) => {
      const column = fields.get(field);
      if (column !== undefined) {
        markMatching(column, isWanted, mark);
      }
      for (const [place, row] of online.rows().entries()) {
        const value = row.fields[field] ?? null;
        const entries = value === null ? [] : typeof value === 'object' ? value : [value];
        if (entries.some(isWanted)) {
          mark(ids.length + place);
        }
      }
    },
  };
};

/**
 * Searches both: the places are those of scoring every row. `hidden` is of the rows of the bundle alone; rows given online
 * are left out by `excluded`.
 * @param vectorOf what of a row given online is compared; null: it is no candidate
 */
export const createCombinedSearch = (
  ofBundle: VectorSearch,
  { bundle, online }: Pick<CatalogueSide, 'bundle' | 'online'>,
  vectorOf: (row: OnlineRow) => Float32Array | null,
): VectorSearch => ({
  kind: ofBundle.kind,
  search: (request, measure = 'dot') => {
    const rows = online.rows();
    if (rows.length === 0) {
      return ofBundle.search(request, measure);
    }
    const count = bundle.ids.length;
    const excluded = new Set(request.excluded);
    // An index names more for every excluded row.
    const found = ofBundle.search({ ...request, excluded: [...excluded].filter((row) => row < count) }, measure);
    const first = createFirstRows(request.k);
    for (const [place, row] of found.rows.entries()) {
      first.offer(row, elementAt(found.scores, place));
    }
    for (const [place, row] of rows.entries()) {
      const values = vectorOf(row);
      if (values !== null && !excluded.has(count + place)) {
        const matrix: Matrix = { values, rows: 1, dim: values.length };
        first.offer(count + place, scoreOf(matrix, 0, request.query, measure));
      }
    }
    return first.ranked();
  },
});
