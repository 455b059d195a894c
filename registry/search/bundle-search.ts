/** The search of a bundle's items, as its manifest says. */
import type { LoadedBundle } from '../bundle/load-bundle.ts';
import { createExactSearch } from './exact-search.ts';
import { createIndexedSearch } from './indexed-search.ts';
import { openIndex } from './item-index.ts';
import type { VectorSearch } from './vector-search.ts';

/** Throws MODEL_NOT_LOADING, and MODEL_INCOMPATIBLE where this platform has no index. */
export const openItemSearch = async ({ items, manifest, indexFile }: LoadedBundle): Promise<VectorSearch> => {
  const matrix = items.vectors;
  const exact = await createExactSearch(matrix);
  const { search, is_normalised: isNormalised } = manifest;
  if (search.kind === 'exact' || indexFile === null) {
    return exact;
  }
  const settings = { connectivity: search.connectivity, expansionAdd: search.expansion_add };
  const index = await openIndex(indexFile, { rows: matrix.rows, dim: matrix.dim, isNormalised, settings });
  return createIndexedSearch({ matrix, index, exact, isNormalised, nominees: search.nominees });
};
