/** The model: dot products of a user's vector with those of all items. */
import type { LoadedBundle } from '../../registry/bundle/load-bundle.ts';
import { isZero, rowOf } from '../../registry/search/matrix.ts';
import type { VectorSearch } from '../../registry/search/vector-search.ts';
import type { Engine } from './engine.ts';

export const createTwoTower =
  ({ users }: LoadedBundle, search: VectorSearch): Engine =>
  ({ row }) => {
    if (row === null) {
      return 'the user has no vector in this bundle';
    }
    const query = rowOf(users.vectors, row);
    return isZero(query)
      ? "the user's vector is zero: training saw nothing of them"
      : (wanted) => search.search({ ...wanted, query });
  };
