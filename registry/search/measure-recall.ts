/** An index that finds what exact search finds: built, measured, and built denser where it falls short. */
import type { SearchFacts } from '../../contracts/bundle.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { createExactSearch } from './exact-search.ts';
import { createIndexedSearch } from './indexed-search.ts';
import { type BuiltIndex, buildIndex, type GraphSettings } from './item-index.ts';
import { isZero, type Matrix, rowOf } from './matrix.ts';
import type { RankedRows, VectorSearch } from './vector-search.ts';

/** Tried one after the other: an index that is searched with more nominees is slower, one that is denser larger too. */
const SETTINGS: readonly GraphSettings[] = [
  { connectivity: 16, expansionAdd: 128 },
  { connectivity: 32, expansionAdd: 256 },
];
const NOMINEES = [100, 200, 400, 800];
const FIRST_PLACES = 10;
const SAMPLED_USERS = 200;

/** Of so many rows some, spread evenly. */
export const spreadRows = (rows: number, most: number): readonly number[] => {
  const step = Math.max(1, rows / most);
  return Array.from({ length: Math.min(rows, most) }, (_, place) => Math.floor(place * step));
};

/** Users without a vector are not searched for. */
export const sampleUsers = (users: Matrix): readonly Float32Array[] =>
  spreadRows(users.rows, SAMPLED_USERS)
    .map((row) => rowOf(users, row))
    .filter((vector) => !isZero(vector));

/** @param onStep after each: one of a million rows may take a tenth of a second */
const firstOf = (search: VectorSearch, queries: readonly Float32Array[], onStep: () => void): readonly RankedRows[] =>
  queries.map((query) => {
    const first = search.search({ query, k: FIRST_PLACES, hidden: null, excluded: [] });
    onStep();
    return first;
  });

/** Share of the wanted rows that were found. Rows whose scores are equal stand for each other. */
const recallOf = (found: readonly RankedRows[], wanted: readonly RankedRows[]): number => {
  let [hits, places] = [0, 0];
  for (const [at, { scores }] of wanted.entries()) {
    const least = scores.at(-1) ?? Number.POSITIVE_INFINITY;
    hits += (found[at]?.scores ?? []).filter((score) => score >= least).length;
    places += scores.length;
  }
  return places === 0 ? 1 : hits / places;
};

/** Share of the first ten of an exact search that another one finds. */
export const recallAt10 = (
  search: VectorSearch,
  exact: VectorSearch,
  { queries, onStep }: Pick<IndexRequest, 'queries' | 'onStep'>,
): number => recallOf(firstOf(search, queries, onStep), firstOf(exact, queries, onStep));

export interface MeasuredIndex {
  readonly facts: Extract<SearchFacts, { kind: 'index' }>;
  readonly save: BuiltIndex['save'];
}

export interface IndexRequest {
  /** That recall is measured with. */
  readonly queries: readonly Float32Array[];
  readonly items: Matrix;
  readonly isNormalised: boolean;
  readonly threads: number;
  readonly leastRecall: number;
  readonly onStep: () => void;
}

/** @returns the best recall where no setting reaches what is wanted */
export const tryMeasuredIndex = async (request: IndexRequest): Promise<MeasuredIndex | number> => {
  const { queries, items, isNormalised, leastRecall, onStep } = request;
  const exact = await createExactSearch(items);
  const wanted = firstOf(exact, queries, onStep);
  let best = 0;
  for (const settings of SETTINGS) {
    const index = await buildIndex(items, { ...request, settings });
    for (const nominees of NOMINEES) {
      const search = createIndexedSearch({ matrix: items, index, exact, isNormalised, nominees });
      const recall = recallOf(firstOf(search, queries, onStep), wanted);
      if (recall >= leastRecall) {
        const { connectivity, expansionAdd: expansion_add } = settings;
        const measured = { recall_at_10: recall, sampled_users: queries.length };
        return { facts: { kind: 'index', ...measured, connectivity, expansion_add, nominees }, save: index.save };
      }
      best = Math.max(best, recall);
    }
  }
  return best;
};

/** Throws MODEL_INCOMPATIBLE where no setting reaches the recall. */
export const createMeasuredIndex = async (request: IndexRequest): Promise<MeasuredIndex> => {
  const measured = await tryMeasuredIndex(request);
  if (typeof measured !== 'number') {
    return measured;
  }
  throw new TtExpError(
    'MODEL_INCOMPATIBLE',
    `index: recall@10 over ${request.queries.length} users is ${measured.toFixed(4)}, expected at least ${request.leastRecall}`,
    { hint: 'Train with another seed or a smaller model.embedding_dim: these vectors are too alike to be told apart.' },
  );
};
