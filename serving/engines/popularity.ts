/** Popularity: most interactions first, whoever asks. */
import { missing } from '../../contracts/element-at.ts';
import { createFirstRows } from '../../registry/search/first-rows.ts';
import type { RankedRows } from '../../registry/search/vector-search.ts';
import type { Engine, Wanted } from './engine.ts';

/** By share of all interactions. @param counts of each row */
export const rankByCount = (counts: Float32Array | Int32Array, { k, hidden, excluded }: Wanted): RankedRows => {
  const first = createFirstRows(k);
  const out = new Set(excluded);
  let total = 0;
  for (let row = 0; row < counts.length; row += 1) {
    const count = counts[row] ?? missing(counts, row);
    total += count;
    if ((hidden === null || hidden[row] === 0) && !out.has(row)) {
      first.offer(row, count);
    }
  }
  const { rows, scores } = first.ranked();
  return { rows, scores: scores.map((count) => (total === 0 ? 0 : count / total)) };
};

export const createPopularity =
  (counts: Float32Array): Engine =>
  () =>
  (wanted) =>
    rankByCount(counts, wanted);
