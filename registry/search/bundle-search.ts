/** The searches of a bundle's items, as its manifest says. */
import type { SearchFacts } from '../../contracts/bundle.ts';
import type { LoadedBundle } from '../bundle/load-bundle.ts';
import { createExactSearch } from './exact-search.ts';
import { createIndexedSearch } from './indexed-search.ts';
import { openIndex } from './item-index.ts';
import type { Matrix } from './matrix.ts';
import type { VectorSearch } from './vector-search.ts';

const openSearch = async (
  matrix: Matrix,
  search: SearchFacts,
  { file, isNormalised }: { readonly file: string | null; readonly isNormalised: boolean },
): Promise<VectorSearch> => {
  const exact = await createExactSearch(matrix);
  if (search.kind === 'exact' || file === null) {
    return exact;
  }
  const settings = { connectivity: search.connectivity, expansionAdd: search.expansion_add };
  const index = await openIndex(file, { rows: matrix.rows, dim: matrix.dim, isNormalised, settings });
  return createIndexedSearch({ matrix, index, exact, isNormalised, nominees: search.nominees });
};

/** Of the tower's vectors. Throws MODEL_NOT_LOADING, and MODEL_INCOMPATIBLE where this platform has no index. */
export const openItemSearch = ({ items, manifest, indexFile }: LoadedBundle): Promise<VectorSearch> =>
  openSearch(items.vectors, manifest.search, { file: indexFile, isNormalised: manifest.is_normalised });

/** Of the items' content; null where they have none. Throws as `openItemSearch`. */
export const openContentSearch = async ({
  items,
  manifest,
  contentIndexFile,
}: LoadedBundle): Promise<VectorSearch | null> =>
  items.content === null
    ? null
    : openSearch(items.content, manifest.content_search ?? { kind: 'exact' }, {
        file: contentIndexFile,
        isNormalised: true,
      });
