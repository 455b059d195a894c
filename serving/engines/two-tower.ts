/** The model: dot products of a user's vector with those of all items. */
import { isZero } from '../../registry/search/matrix.ts';
import type { VectorSearch } from '../../registry/search/vector-search.ts';
import type { Engine } from './engine.ts';

export const createTwoTower =
  (search: VectorSearch): Engine =>
  ({ vector }) => {
    const found = vector();
    if (typeof found === 'string') {
      return found;
    }
    return isZero(found.values)
      ? "the user's vector is zero: the model knows nothing of them"
      : (wanted) => search.search({ ...wanted, query: found.values });
  };
