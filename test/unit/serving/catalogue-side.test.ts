import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExactSearch, scanRows } from '../../../registry/search/exact-search.ts';
import type { Matrix } from '../../../registry/search/matrix.ts';
import type { OnlineRow, OnlineRows } from '../../../serving/additions/online-rows.ts';
import { createCatalogueSide, createCombinedSearch } from '../../../serving/catalogue-side.ts';

const DIM = 3;

const matrixOf = (rows: readonly (readonly number[])[]): Matrix => ({
  ...{ values: Float32Array.from(rows.flat()), rows: rows.length, dim: DIM },
});

const sideOf = (rows: readonly (readonly number[])[]) => {
  const ids = rows.map((_, row) => `b${row}`);
  return {
    ...{ ids, rows: new Map(ids.map((id, row) => [id, row])), vectors: matrixOf(rows), content: null },
    fields: new Map(),
  };
};

const onlineOf = (vectors: readonly (readonly number[] | null)[]): OnlineRows => {
  const rows = vectors.map(
    (vector, place): OnlineRow => ({
      ...{ id: `o${place}`, fields: { place }, content: null, isEncoded: true, heedsLikes: false },
      vector: vector === null ? null : Float32Array.from(vector),
    }),
  );
  return { rows: () => rows, placeOf: (id) => rows.findIndex((row) => row.id === id), revision: () => 1 };
};

/** Few different numbers, so that many scores are equal. */
const vector = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: DIM, maxLength: DIM });

describe('serving/catalogue-side', () => {
  it.each(['dot', 'cosine'] as const)(
    'finds by %s what scoring every row of both finds, in the same order',
    async (measure) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(vector, { minLength: 1, maxLength: 30 }),
          fc.array(vector, { maxLength: 20 }),
          vector,
          fc.integer({ min: 1, max: 60 }),
          fc.array(fc.nat(49), { maxLength: 10 }),
          async (ofBundle, online, query, k, excluded) => {
            const side = createCatalogueSide(sideOf(ofBundle), onlineOf(online));
            const exact = await createExactSearch(side.bundle.vectors);
            const combined = createCombinedSearch(exact, side, (row) => row.vector);
            const request = { query: Float32Array.from(query), k, hidden: null, excluded };
            expect(combined.search(request, measure)).toEqual(
              scanRows(matrixOf([...ofBundle, ...online]), request, measure),
            );
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it('leaves out rows without a vector, and knows the ids of both', async () => {
    const side = createCatalogueSide(sideOf([[1, 0, 0]]), onlineOf([null, [2, 0, 0]]));
    const search = createCombinedSearch(await createExactSearch(side.bundle.vectors), side, (row) => row.vector);
    const found = search.search({ query: Float32Array.of(1, 0, 0), k: 5, hidden: Uint8Array.of(1), excluded: [] });
    expect([found, side.size()]).toEqual([{ rows: [2], scores: [2] }, 3]);
    expect([side.idOf(0), side.idOf(2), side.rowOf('o1'), side.vectorAt(1)]).toEqual(['b0', 'o1', 2, null]);
    const marked: number[] = [];
    side.mark(
      'place',
      (value) => value === 1,
      (row) => marked.push(row),
    );
    expect(marked).toEqual([2]);
  });
});
