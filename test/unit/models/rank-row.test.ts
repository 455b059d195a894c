import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRowRanker } from '../../../models/kernels/rank-row.ts';

/** By sorting: candidates, best first, the lower index first on a tie. */
const inOrder = (scores: Float32Array): number[] =>
  [...scores.keys()]
    .filter((item) => scores[item] !== Number.NEGATIVE_INFINITY)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);

/** Few values, so that ties and items that are no candidates are frequent; lengths around whole steps of 16. */
const rows = fc.array(fc.constantFrom(Number.NEGATIVE_INFINITY, -1.5, -0, 0, 0.25, 3, 3.4e38), { maxLength: 100 });

describe('models/rank-row', () => {
  it('first places and ranks are those of a plain sort, row after row', () => {
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 40 }), (given, depth) => {
        const rank = createRowRanker(depth);
        for (const row of given) {
          const scores = Float32Array.from(row);
          const order = inOrder(scores);
          const wanted = order.toSorted((a, b) => (a % 7) - (b % 7));
          const ranked = rank(scores, wanted);
          if ('nanItem' in ranked) {
            throw new Error(`got NaN for item ${ranked.nanItem}`);
          }
          expect([...ranked.top]).toEqual(order.slice(0, depth));
          expect(ranked.ranks).toEqual(wanted.map((item) => order.indexOf(item) + 1));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a longer row than any before finds room', () => {
    const rank = createRowRanker(3);
    rank(Float32Array.of(1, 2), []);
    const scores = Float32Array.from({ length: 200_003 }, (_, item) => (item * 7919) % 200_003);
    const order = inOrder(scores);
    const ranked = rank(scores, [0, 200_002, 77]);
    expect(ranked).toEqual({
      top: Int32Array.from(order.slice(0, 3)),
      ranks: [0, 200_002, 77].map((item) => order.indexOf(item) + 1),
    });
  });

  it.each([0, 15, 16, 37])('item %i without a number is named, though all else scores infinity', (item) => {
    const scores = new Float32Array(38).fill(Number.POSITIVE_INFINITY);
    scores[item] = Number.NaN;
    expect(createRowRanker(2)(scores, [])).toEqual({ nanItem: item });
  });
});
