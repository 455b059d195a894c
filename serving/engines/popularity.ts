/** Popularity: most interactions first, whoever asks. */
import { missing } from '../../contracts/element-at.ts';
import { createFirstRows } from '../../registry/search/first-rows.ts';
import type { RankedRows } from '../../registry/search/vector-search.ts';
import type { CatalogueSide } from '../catalogue-side.ts';
import type { Engine, Wanted } from './engine.ts';

/** By share of all interactions. @param counts of each row of the bundle @param size of all rows: nobody has met the others */
export const rankByCount = (
  counts: Float32Array | Int32Array,
  size: number,
  { k, hidden, excluded }: Wanted,
): RankedRows => {
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
  for (let row = counts.length; row < size; row += 1) {
    if (!out.has(row)) {
      first.offer(row, 0);
    }
  }
  const { rows, scores } = first.ranked();
  return { rows, scores: scores.map((count) => (total === 0 ? 0 : count / total)) };
};

export const createPopularity =
  (counts: Float32Array, items: Pick<CatalogueSide, 'size'>): Engine =>
  () =>
  (wanted) =>
    rankByCount(counts, items.size(), wanted);
