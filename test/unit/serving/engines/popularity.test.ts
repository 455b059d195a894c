import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCountRanking } from '../../../../serving/engines/popularity.ts';

/** [rank, row] of all that are candidates, by hand. */
const expected = (counts: readonly number[], size: number, isOut: (row: number) => boolean, k: number) => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const all = Array.from({ length: size }, (_, row) => ({ row, count: counts[row] ?? 0 }));
  const best = all.filter(({ row }) => !isOut(row)).sort((a, b) => b.count - a.count || a.row - b.row);
  return {
    rows: best.slice(0, k).map(({ row }) => row),
    scores: best.slice(0, k).map(({ count }) => (total === 0 ? 0 : count / total)),
  };
};

describe('popularity', () => {
  it('ranks by count, then by row, whatever is left out, and rows that nobody has met last', async () => {
    const cases = fc.record({
      // More rows than are known from the start, and fewer.
      counts: fc.array(fc.nat(30), { maxLength: 3000, size: 'max' }),
      online: fc.nat(5),
      hiddenShare: fc.constantFrom(null, 0, 0.5, 0.999, 1),
      excluded: fc.array(fc.nat(3000), { maxLength: 40 }),
      k: fc.constantFrom(0, 1, 10, 1024, 1025, 4000),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ counts, online, hiddenShare, excluded, k }) => {
        const size = counts.length + online;
        const hidden =
          hiddenShare === null
            ? null
            : Uint8Array.from(counts, (_, row) => ((row * 7919) % 1000 < 1000 * hiddenShare ? 1 : 0));
        const isOut = (row: number): boolean => hidden?.[row] === 1 || excluded.includes(row);
        const rank = await createCountRanking(Int32Array.from(counts));
        expect(rank(size, { k, hidden, excluded })).toEqual(expected(counts, size, isOut, k));
      }),
      { numRuns: 60 },
    );
  });
});
