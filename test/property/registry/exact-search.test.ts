import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createExactSearch, scanRows } from '../../../registry/search/exact-search.ts';

/** Numbers from a seed, with rows of zeros, equal rows and rows of very different lengths among them. */
const rowsOf = (seed: number, rows: number, dim: number): Float32Array => {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const values = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row += 1) {
    const kind = row % 11;
    const length = kind === 1 ? 1e-6 : kind === 2 ? 1e4 : 1;
    for (let at = 0; at < dim; at += 1) {
      const copied = values[(row - 3) * dim + at] ?? 0;
      values[row * dim + at] = kind === 3 ? 0 : kind === 4 ? copied : length * next();
    }
  }
  return values;
};

test('registry/search/exact-search: screening by codes finds the rows and scores that scoring every row finds', async () => {
  // Above the number of rows from which on it screens.
  const cases = fc.record({
    seed: fc.integer(),
    rows: fc.integer({ min: 64, max: 3000 }),
    dim: fc.integer({ min: 1, max: 70 }),
    k: fc.constantFrom(1, 10, 100, 1024, 1025),
    measure: fc.constantFrom('dot' as const, 'cosine' as const),
    hiddenShare: fc.constantFrom(0, 0.5, 0.999),
    excluded: fc.array(fc.nat(63), { maxLength: 50 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, rows, dim, k, measure, hiddenShare, excluded }) => {
      const matrix = { values: rowsOf(seed, rows, dim), rows, dim };
      const query = rowsOf(seed + 1, 1, dim);
      const marks = rowsOf(seed + 2, 1, rows);
      const hidden =
        hiddenShare === 0 ? null : Uint8Array.from(marks, (mark) => ((mark + 1) / 2 < hiddenShare ? 1 : 0));
      const search = await createExactSearch(matrix);
      const request = { query, k, hidden, excluded };
      // Twice: what one request leaves out must be there for the next.
      search.search({ ...request, hidden: null, excluded: [0, 1, 2] }, measure);
      expect(search.search(request, measure)).toEqual(scanRows(matrix, request, measure));
    }),
    { numRuns: 60 },
  );
});
