// Bundles of drawn vectors, as large as asked; above 100,000 items with an index.
import { indexContent, indexItems } from '../compute/jobs/bundle-indexes.ts';
import { MOST_ITEMS_EXACT } from '../contracts/bundle.ts';
import { writeSmallBundle } from '../test/support/small-bundle.ts';
import { towerVectors } from './tower-vectors.ts';

const TYPES = ['job', 'collaboration', 'advice', 'investment'];
const HISTORY = 25;
/** Texts are those of the data, whatever the model. */
const CONTENT_SEED = { users: -2, items: -1 };

const idsOf = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, row) => `${prefix}${String(row).padStart(7, '0')}`);

export interface BenchBundle {
  readonly items: number;
  readonly users: number;
  readonly dim: number;
  readonly contentDim: number;
  readonly seed: number;
}

/**
 * Every user has met 25 items, so that the model answers. Without content where its width is 0. Bundles of other seeds are
 * of other models, trained on the same data.
 */
export const writeBenchBundle = async (folder: string, request: BenchBundle): Promise<string> => {
  const { items, users, dim, contentDim, seed } = request;
  const [userVectors, itemVectors] = [towerVectors(users, dim, 2 * seed), towerVectors(items, dim, 2 * seed + 1)];
  const contentOf = (side: keyof typeof CONTENT_SEED, rows: number): Float32Array | null =>
    contentDim === 0 ? null : towerVectors(rows, contentDim, CONTENT_SEED[side]).values;
  const isLarge = items > MOST_ITEMS_EXACT;
  const onStep = (): void => undefined;
  const index = isLarge ? await indexItems(userVectors, itemVectors, { isNormalised: true, onStep }) : null;
  const content = { users: contentOf('users', users), items: contentOf('items', items) };
  const history = {
    starts: Int32Array.from({ length: users + 1 }, (_, user) => user * HISTORY),
    items: Int32Array.from({ length: users * HISTORY }, (_, at) => (at * 7919) % items),
    flags: new Uint8Array(users * HISTORY).fill(4),
  };
  const contentIndex =
    isLarge && content.users !== null && content.items !== null
      ? await indexContent(
          { kind: 'texts', width: contentDim, users: content.users, items: content.items },
          history,
          onStep,
        )
      : null;
  const { folder: written } = await writeSmallBundle(folder, {
    facts: {
      ...{ embedding_dim: dim, users, items, interactions: users * HISTORY, is_normalised: true },
      content: contentDim === 0 ? { kind: 'none' } : { kind: 'texts', width: contentDim },
      search: index?.facts ?? { kind: 'exact' },
      ...(contentIndex !== null && { content_search: contentIndex.facts }),
    },
    content: {
      users: {
        ids: idsOf('u', users),
        vectors: userVectors.values,
        content: content.users,
        fields: new Map(),
      },
      items: {
        ...{ ids: idsOf('i', items), vectors: itemVectors.values, content: content.items },
        fields: new Map([['type', Array.from({ length: items }, (_, row) => TYPES[row % TYPES.length] ?? '')]]),
      },
      popularity: Float32Array.from({ length: items }, (_, row) => Math.floor(1000 / (row + 1))),
      interactions: new Int32Array(users).fill(HISTORY),
      history,
      saveIndex: index?.save ?? null,
      saveContentIndex: contentIndex?.save ?? null,
    },
  });
  return written;
};
