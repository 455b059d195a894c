/**
 * The first places of one user's ranking and the exact ranks of its wanted items. Compiled from models/kernels/assembly/rank-row.ts: for
 * 10,000 items, ten of them wanted, 10 µs a row on one core, where one pass over the scores in JavaScript took 250.
 */
import { RANK_ROW_WASM } from './rank-row-wasm.ts';
import { loadKernel } from './wasm-kernel.ts';

export interface RankedRow {
  /** The best candidates, best first; at most `depth`. A view that the next row overwrites. */
  readonly top: Int32Array;
  /** 1-based rank of each wanted item among all candidates, in the order given. */
  readonly ranks: readonly number[];
}

/**
 * A candidate is an item whose score is not -Infinity. On equal scores the lower item index comes first, so that the
 * order never depends on a sorting algorithm.
 * @param scores [items]
 * @param wanted candidates
 * @returns the item instead where a candidate's score is NaN
 */
export type RowRanker = (scores: Float32Array, wanted: readonly number[]) => RankedRow | { readonly nanItem: number };

interface Kernel {
  rankOf(row: number, end: number, item: number): number;
  findTop(row: number, end: number, depth: number, topScores: number, topItems: number): number;
}

const BYTES_PER_SCORE = 4;
const SCORES_PER_STEP = 16;

/** In memory: the first scores, the first items, then the row, filled up to whole steps. */
export const createRowRanker = (depth: number): RowRanker => {
  const stepsOf = (scores: number): number => Math.ceil(scores / SCORES_PER_STEP) * SCORES_PER_STEP;
  const topItems = stepsOf(depth) * BYTES_PER_SCORE;
  const row = 2 * topItems;
  const { exports: kernel, reserve, buffer } = loadKernel<Kernel>(RANK_ROW_WASM, row);

  return (scores, wanted) => {
    const filledUp = stepsOf(scores.length);
    const end = row + filledUp * BYTES_PER_SCORE;
    reserve(end);
    const place = new Float32Array(buffer(), row, filledUp);
    place.set(scores);
    place.fill(Number.NEGATIVE_INFINITY, scores.length);
    const found = kernel.findTop(row, end, depth, 0, topItems);
    return found < 0
      ? { nanItem: -1 - found }
      : {
          top: new Int32Array(buffer(), topItems, found),
          ranks: wanted.map((item) => kernel.rankOf(row, end, item)),
        };
  };
};
