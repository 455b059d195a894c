/** Popularity: most interactions first, whoever asks. */
import { elementAt, missing } from '../../contracts/element-at.ts';
import { breathe } from '../../host/breathe.ts';
import { createFirstRows } from '../../registry/search/first-rows.ts';
import type { RankedRows } from '../../registry/search/vector-search.ts';
import type { CatalogueSide } from '../catalogue-side.ts';
import type { Ranker, Wanted } from './engine.ts';

/** So many first rows are known from the start: only filters that leave fewer of them than wanted need a look at all. */
const FIRST_KNOWN = 1024;
const ROWS_PER_BREATH = 8192;

/** By share of all interactions. @param size of all rows: nobody has met those after the bundle's */
export type CountRanking = (size: number, wanted: Wanted) => RankedRows;

/** @param counts of each row of the bundle, none below 0; they must not change */
export const createCountRanking = async (counts: Float32Array | Int32Array): Promise<CountRanking> => {
  const first = createFirstRows(FIRST_KNOWN);
  let total = 0;
  for (let row = 0; row < counts.length; row += 1) {
    const count = counts[row] ?? missing(counts, row);
    total += count;
    first.offer(row, count);
    if (row % ROWS_PER_BREATH === 0) {
      await breathe();
    }
  }
  const known = first.ranked();
  const shareOf = (count: number): number => (total === 0 ? 0 : count / total);

  const rankKnown = ({ k, hidden }: Wanted, out: ReadonlySet<number>): RankedRows => {
    const rows: number[] = [];
    const scores: number[] = [];
    for (let place = 0; place < known.rows.length && rows.length < k; place += 1) {
      const row = elementAt(known.rows, place);
      if ((hidden === null || hidden[row] === 0) && !out.has(row)) {
        rows.push(row);
        scores.push(shareOf(elementAt(known.scores, place)));
      }
    }
    return { rows, scores };
  };

  const rankAll = (size: number, { k, hidden }: Wanted, out: ReadonlySet<number>): RankedRows => {
    const best = createFirstRows(k);
    for (let row = 0; row < counts.length; row += 1) {
      if ((hidden === null || hidden[row] === 0) && !out.has(row)) {
        best.offer(row, counts[row] ?? missing(counts, row));
      }
    }
    for (let row = counts.length; row < size; row += 1) {
      if (!out.has(row)) {
        best.offer(row, 0);
      }
    }
    const { rows, scores } = best.ranked();
    return { rows, scores: scores.map(shareOf) };
  };

  return (size, wanted) => {
    const out = new Set(wanted.excluded);
    const ranked = rankKnown(wanted, out);
    return ranked.rows.length === wanted.k ? ranked : rankAll(size, wanted, out);
  };
};

export const createPopularity =
  (rank: CountRanking, items: Pick<CatalogueSide, 'size'>): Ranker =>
  (wanted) =>
    rank(items.size(), wanted);
