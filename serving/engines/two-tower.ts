/** The model: dot products of a user's vector with those of all items. */
import { isZero } from '../../registry/search/matrix.ts';
import type { VectorSearch } from '../../registry/search/vector-search.ts';
import type { CatalogueSide } from '../catalogue-side.ts';
import type { Engine } from './engine.ts';

export const createTwoTower =
  (users: CatalogueSide, search: VectorSearch): Engine =>
  ({ row }) => {
    if (row === null) {
      return 'the user has no vector in this bundle';
    }
    const query = users.vectorAt(row);
    if (query === null) {
      return "the user's vector is not computed yet";
    }
    return isZero(query)
      ? "the user's vector is zero: training saw nothing of them"
      : (wanted) => search.search({ ...wanted, query });
  };
