/** The model: dot products of a user's vector with those of all items. */
import { isZero } from '../../registry/search/matrix.ts';
import type { VectorSearch } from '../../registry/search/vector-search.ts';
import type { Engine } from './engine.ts';

export const createTwoTower =
  (search: VectorSearch): Engine =>
  ({ row, vector }) => {
    if (row === null) {
      return 'the user has no vector in this bundle';
    }
    const query = vector()?.values;
    if (query === undefined) {
      return "the user's vector is not computed yet";
    }
    return isZero(query)
      ? "the user's vector is zero: the model knows nothing of them"
      : (wanted) => search.search({ ...wanted, query });
  };
