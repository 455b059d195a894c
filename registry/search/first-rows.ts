/** The first k of scored rows: by score, and by row where scores are equal. */
import { missing } from '../../contracts/element-at.ts';
import type { RankedRows } from './vector-search.ts';

export interface FirstRows {
  /** Rows may come in any order. */
  offer(row: number, score: number): void;
  /** To be called once, in the end. */
  ranked(): RankedRows;
}

/**
 * A heap with the worst of the kept rows on top, which is sorted in place in the end: every answer makes one, so it makes
 * nothing else.
 */
export const createFirstRows = (k: number): FirstRows => {
  const rows: number[] = [];
  const scores: number[] = [];
  const isWorse = (a: number, b: number): boolean => {
    const one = scores[a] ?? missing(scores, a);
    const other = scores[b] ?? missing(scores, b);
    return one < other || (one === other && (rows[a] ?? missing(rows, a)) > (rows[b] ?? missing(rows, b)));
  };
  const swap = (a: number, b: number): void => {
    const row = rows[a] ?? missing(rows, a);
    const score = scores[a] ?? missing(scores, a);
    rows[a] = rows[b] ?? missing(rows, b);
    scores[a] = scores[b] ?? missing(scores, b);
    rows[b] = row;
    scores[b] = score;
  };
  /** From the top of the first `count`. */
  const sink = (count: number): void => {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      let worst = left < count && isWorse(left, at) ? left : at;
      if (left + 1 < count && isWorse(left + 1, worst)) {
        worst = left + 1;
      }
      if (worst === at) {
        return;
      }
      swap(at, worst);
      at = worst;
    }
  };
  const rise = (): void => {
    for (let at = rows.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isWorse(at, parent)) {
        return;
      }
      swap(at, parent);
      at = parent;
    }
  };
  return {
    offer: (row, score) => {
      if (rows.length < k) {
        rows.push(row);
        scores.push(score);
        rise();
      } else if (k > 0) {
        const least = scores[0] ?? missing(scores, 0);
        if (score > least || (score === least && row < (rows[0] ?? missing(rows, 0)))) {
          rows[0] = row;
          scores[0] = score;
          sink(rows.length);
        }
      }
    },
    ranked: () => {
      for (let last = rows.length - 1; last > 0; last -= 1) {
        swap(0, last);
        sink(last);
      }
      return { rows, scores };
    },
  };
};
