/** Content of a large catalogue: indexed where that finds enough, searched exactly where it does not. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { indexContent } from '../../../../compute/jobs/bundle-indexes.ts';
import { createGenerator, toUnit } from '../../../../models/numerics/prng.ts';
import { loadBundle } from '../../../../registry/bundle/load-bundle.ts';
import { openContentSearch } from '../../../../registry/search/bundle-search.ts';
import { contentQueries } from '../../../../registry/search/content-queries.ts';
import { createExactSearch } from '../../../../registry/search/exact-search.ts';
import { lengthOf, type Matrix } from '../../../../registry/search/matrix.ts';
import { recallAt10 } from '../../../../registry/search/measure-recall.ts';
import { createBundleRecommender } from '../../../../serving/recommender.ts';
import { writeSmallBundle } from '../../../support/small-bundle.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const [ITEMS, USERS, DIM] = [3000, 60, 8];
const nothing = (): void => undefined;

const unitVectors = (rows: number, seed: number): Float32Array => {
  const next = createGenerator(seed);
  const values = Float32Array.from({ length: rows * DIM }, () => 2 * toUnit(next()) - 1);
  for (let row = 0; row < rows; row += 1) {
    const vector = values.subarray(row * DIM, (row + 1) * DIM);
    vector.set(vector.map((value) => value / lengthOf(vector)));
  }
  return values;
};

/** Two items each, the first of them liked. */
const history = {
  starts: Int32Array.from({ length: USERS + 1 }, (_, user) => 2 * user),
  items: Int32Array.from({ length: 2 * USERS }, (_, entry) => entry),
  flags: Uint8Array.from({ length: 2 * USERS }, (_, entry) => (entry % 2 === 0 ? 4 : 0)),
};

const matrixOf = (values: Float32Array): Matrix => ({ values, rows: values.length / DIM, dim: DIM });

const ids = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${letter}${n}`);

const bundleWith = async (items: Float32Array, users: Float32Array) => {
  const { facts, save } = await indexContent({ kind: 'texts', width: DIM, users, items }, history, nothing);
  const { folder } = await writeSmallBundle(await temporaryFolder(), {
    facts: { embedding_dim: DIM, content: { kind: 'texts', width: DIM }, content_search: facts },
    content: {
      users: { ids: ids('u', USERS), vectors: new Float32Array(USERS * DIM), content: users, fields: new Map() },
      items: { ids: ids('i', ITEMS), vectors: unitVectors(ITEMS, 9), content: items, fields: new Map() },
      ...{ popularity: new Float32Array(ITEMS), interactions: new Int32Array(USERS), history },
      saveContentIndex: save,
    },
  });
  return { facts, bundle: await loadBundle(folder) };
};

it('registry/search/bundle-search: content is searched by its index as exactly, and users are answered by it', async () => {
  const [items, users] = [unitVectors(ITEMS, 1), unitVectors(USERS, 2)];
  // A third says nothing.
  items.fill(0, 0, (ITEMS / 3) * DIM);
  const { facts, bundle } = await bundleWith(items, users);
  expect(facts).toMatchObject({ kind: 'index', sampled_users: expect.any(Number) });
  expect(bundle.contentIndexFile).toBe(join(bundle.folder, 'content_index.usearch'));
  const search = await openContentSearch(bundle);
  expect(search?.kind).toBe('index');
  const exact = await createExactSearch(matrixOf(items));
  const queries = Array.from({ length: USERS }, (_, user) => users.subarray(user * DIM, (user + 1) * DIM));
  expect(search === null ? 0 : recallAt10(search, exact, { queries, onStep: nothing })).toBeGreaterThanOrEqual(0.97);
  const recommender = await createBundleRecommender(bundle);
  const list = recommender.recommend({ userId: 'u7', limit: 10, filters: {}, preferences: {}, exclude: [] });
  expect(list.engine).toBe('content');
  const wanted = exact.search({ query: queries[7] ?? new Float32Array(), k: 1, hidden: null, excluded: [14, 15] });
  expect(list.item_ids[0]).toBe(`i${wanted.rows[0]}`);
});

it('registry/search/measure-recall: content that an index cannot tell apart is searched exactly, and says so', async () => {
  const items = unitVectors(ITEMS, 1);
  // Most say one of three things; an index of nothing but neighbours at no distance loses the rest.
  const { facts, bundle } = await bundleWith(
    items.map((value, at) => (Math.floor(at / DIM) % 10 === 0 ? value : (items[at % (3 * DIM)] ?? 0))),
    unitVectors(USERS, 2),
  );
  expect(facts).toEqual({ kind: 'exact', index_recall_at_10: expect.any(Number) });
  expect(facts.kind === 'exact' && (facts.index_recall_at_10 ?? 1)).toBeLessThan(0.98);
  expect(bundle.contentIndexFile).toBeNull();
  expect((await openContentSearch(bundle))?.kind).toBe('exact');
});

it('compute/jobs/bundle-indexes: where nobody says anything there is nothing to measure and no index', async () => {
  const { facts } = await bundleWith(new Float32Array(ITEMS * DIM), new Float32Array(USERS * DIM));
  expect(facts).toEqual({ kind: 'exact' });
});

it('registry/search/content-queries: users are asked for by what they say or like, items by what they are', () => {
  const items = Float32Array.of(1, 0, 0, 1, 0, 0);
  const sides = { starts: Int32Array.of(0, 2, 3, 3), items: Int32Array.of(0, 1, 1), flags: Uint8Array.of(4, 4, 0) };
  const queriesOf = (users: Float32Array | null) =>
    contentQueries({
      items: { values: items, rows: 3, dim: 2 },
      users: users === null ? null : { values: users, rows: 3, dim: 2 },
      history: sides,
    }).map((query) => [...query].map((value) => Number(value.toFixed(2))));
  const ofItems = [
    [1, 0],
    [0, 1],
  ];
  expect(queriesOf(null)).toEqual([[0.71, 0.71], ...ofItems]);
  expect(queriesOf(Float32Array.of(0, 0, 0, 1, 0, 0))).toEqual([[0.71, 0.71], [0, 1], ...ofItems]);
});
