/** An index that finds what exact search finds: built, measured, and built denser where it falls short. */
import type { SearchFacts } from '../../contracts/bundle.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { createExactSearch } from './exact-search.ts';
import { createIndexedSearch } from './indexed-search.ts';
import { type BuiltIndex, buildIndex, type GraphSettings } from './item-index.ts';
import { isZero, type Matrix, rowOf } from './matrix.ts';
import type { RankedRows } from './vector-search.ts';

/** Tried one after the other: an index that is searched with more nominees is slower, one that is denser larger too. */
const SETTINGS: readonly GraphSettings[] = [
  { connectivity: 16, expansionAdd: 128 },
  { connectivity: 32, expansionAdd: 256 },
];
const NOMINEES = [100, 200, 400, 800];
const FIRST_PLACES = 10;
const SAMPLED_USERS = 200;

/** Spread evenly; users without a vector are not searched for. */
const sampleOf = (users: Matrix): readonly Float32Array[] => {
  const step = Math.max(1, users.rows / SAMPLED_USERS);
  const rows = Array.from({ length: Math.min(users.rows, SAMPLED_USERS) }, (_, place) => Math.floor(place * step));
  return rows.map((row) => rowOf(users, row)).filter((vector) => !isZero(vector));
};

const everything = (query: Float32Array) => ({ query, k: FIRST_PLACES, hidden: null, excluded: [] });

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

export interface MeasuredIndex {
  readonly facts: Extract<SearchFacts, { kind: 'index' }>;
  readonly save: BuiltIndex['save'];
}

export interface IndexRequest {
  readonly users: Matrix;
  readonly items: Matrix;
  readonly isNormalised: boolean;
  readonly threads: number;
  readonly leastRecall: number;
  readonly onStep: () => void;
}

/** Throws MODEL_INCOMPATIBLE where no setting reaches the recall. */
export const createMeasuredIndex = async (request: IndexRequest): Promise<MeasuredIndex> => {
  const { users, items, isNormalised, leastRecall, onStep } = request;
  const exact = await createExactSearch(items);
  const sample = sampleOf(users);
  const wanted = sample.map((query) => exact.search(everything(query)));
  onStep();
  let best = 0;
  for (const settings of SETTINGS) {
    const index = await buildIndex(items, { ...request, settings });
    for (const nominees of NOMINEES) {
      const search = createIndexedSearch({ matrix: items, index, exact, isNormalised, nominees });
      const recall = recallOf(
        sample.map((query) => search.search(everything(query))),
        wanted,
      );
      onStep();
      if (recall >= leastRecall) {
        const { connectivity, expansionAdd: expansion_add } = settings;
        const measured = { recall_at_10: recall, sampled_users: sample.length };
        return { facts: { kind: 'index', ...measured, connectivity, expansion_add, nominees }, save: index.save };
      }
      best = Math.max(best, recall);
    }
  }
  throw new TtExpError(
    'MODEL_INCOMPATIBLE',
    `index: recall@10 over ${sample.length} users is ${best.toFixed(4)}, expected at least ${leastRecall}`,
    { hint: 'Train with another seed or a smaller model.embedding_dim: these vectors are too alike to be told apart.' },
  );
};
