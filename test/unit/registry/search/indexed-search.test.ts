import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExactSearch } from '../../../../registry/search/exact-search.ts';
import { createIndexedSearch } from '../../../../registry/search/indexed-search.ts';
import { type ItemIndex, openIndex } from '../../../../registry/search/item-index.ts';
import { type Matrix, rowOf } from '../../../../registry/search/matrix.ts';
import { createMeasuredIndex, type IndexRequest, sampleUsers } from '../../../../registry/search/measure-recall.ts';
import type { VectorSearch } from '../../../../registry/search/vector-search.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const [ROWS, DIM] = [5000, 8];

/** Numbers from -1 to 1; row r is divided by 1 + r modulo 3 where lengths shall differ. */
const randomMatrix = (rows: number, seed: number, isNormalised: boolean): Matrix => {
  let state = seed;
  const values = Float32Array.from({ length: rows * DIM }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  for (let row = 0; row < rows; row += 1) {
    const vector = values.subarray(row * DIM, (row + 1) * DIM);
    const divisor = isNormalised ? Math.hypot(...vector) : 1 + (row % 3);
    vector.forEach((value, column) => {
      vector[column] = value / divisor;
    });
  }
  return { values, rows, dim: DIM };
};

const users = randomMatrix(300, 1, true);
const everything = (query: Float32Array, k = 10) => ({ query, k, hidden: null, excluded: [] });

describe.each([true, false])('vectors of one length: %s', (isNormalised) => {
  const items = randomMatrix(ROWS, 2, isNormalised);
  const request: IndexRequest = {
    ...{ queries: sampleUsers(users), items, isNormalised, threads: 1, leastRecall: 0.98 },
    onStep: () => undefined,
  };
  let exact: VectorSearch;
  let indexed: VectorSearch;
  let file = '';

  beforeAll(async () => {
    file = join(await temporaryFolder(), 'index.usearch');
    exact = await createExactSearch(items);
    const { facts, save } = await createMeasuredIndex(request);
    expect(facts.recall_at_10).toBeGreaterThanOrEqual(0.98);
    expect(facts.sampled_users).toBe(200);
    save(file);
    const settings = { connectivity: facts.connectivity, expansionAdd: facts.expansion_add };
    const index = await openIndex(file, { rows: ROWS, dim: DIM, isNormalised, settings });
    indexed = createIndexedSearch({ matrix: items, index, exact, isNormalised, nominees: facts.nominees });
  });

  it('finds what an exact search finds, with the same scores', () => {
    let [hits, all] = [0, 0];
    for (let user = 0; user < users.rows; user += 1) {
      const query = rowOf(users, user);
      const { rows, scores } = exact.search(everything(query));
      const found = indexed.search(everything(query));
      expect(found.rows.length).toBe(10);
      found.rows.forEach((row, place) => {
        const at = rows.indexOf(row);
        hits += at === -1 ? 0 : 1;
        if (at !== -1) {
          expect(found.scores[place]).toBe(scores[at]);
        }
      });
      all += rows.length;
    }
    expect(hits / all).toBeGreaterThanOrEqual(0.97);
  });

  it.each([0.5, 0.9, 0.999])('fills a list of which %s is hidden, and names nothing that is', (share) => {
    const query = rowOf(users, 7);
    const hidden = Uint8Array.from({ length: ROWS }, (_, row) => ((row * 2654435761) % 1000 < share * 1000 ? 1 : 0));
    const best = exact.search({ query, k: 3, hidden, excluded: [] }).rows;
    const asked = { query, k: 10, hidden, excluded: best };
    const wanted = exact.search(asked);
    const found = indexed.search(asked);
    expect(found.rows.length).toBe(wanted.rows.length);
    expect(found.rows.filter((row) => hidden[row] === 1 || best.includes(row))).toEqual([]);
    expect(found.rows.filter((row) => wanted.rows.includes(row)).length).toBeGreaterThanOrEqual(wanted.rows.length - 1);
  });

  it('searches exactly by cosine where lengths differ, and for far places', () => {
    const query = rowOf(users, 9);
    if (!isNormalised) {
      expect(indexed.search(everything(query), 'cosine')).toEqual(exact.search(everything(query), 'cosine'));
    }
    expect(indexed.search(everything(query, 2000))).toEqual(exact.search(everything(query, 2000)));
  });

  it('refuses a recall that no setting reaches', async () => {
    await expect(createMeasuredIndex({ ...request, leastRecall: 1.01 })).rejects.toEqual(
      expect.objectContaining({
        code: 'MODEL_INCOMPATIBLE',
        message: expect.stringMatching(/^index: recall@10 over 200 users is [01]\.\d{4}, expected at least 1\.01$/),
      }),
    );
  });

  it('refuses a file that is no index of so many vectors', async () => {
    const other = join(await temporaryFolder(), 'index.usearch');
    const settings = { connectivity: 16, expansionAdd: 128 };
    const openAs = (path: string, change: object) =>
      openIndex(path, { rows: ROWS, dim: DIM, isNormalised, settings, ...change });
    const refusal = expect.objectContaining({
      code: 'MODEL_NOT_LOADING',
      message: expect.stringContaining('is no index'),
    });
    for (const content of ['', 'not an index', (await readFile(file)).subarray(0, 10_000)]) {
      await writeFile(other, content);
      await expect(openAs(other, {})).rejects.toEqual(refusal);
    }
    await expect(openAs(file, { rows: ROWS - 1 })).rejects.toEqual(refusal);
    await expect(openAs(file, { dim: DIM + 1 })).rejects.toEqual(refusal);
  });
});

it('searches exactly where the index names too few that are left', async () => {
  const items = randomMatrix(ROWS, 2, true);
  const exact = await createExactSearch(items);
  const blind: ItemIndex = { nominate: () => [1, 2, 3] };
  const search = createIndexedSearch({ matrix: items, index: blind, exact, isNormalised: true, nominees: 100 });
  const query = rowOf(users, 0);
  expect(search.search(everything(query))).toEqual(exact.search(everything(query)));
  expect(search.search(everything(query, 3)).rows.toSorted()).toEqual([1, 2, 3]);
});
