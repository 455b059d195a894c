/** The first k of scored rows: by score, and by row where scores are equal. */
import { elementAt } from '../../contracts/element-at.ts';
import type { RankedRows } from './vector-search.ts';

export interface FirstRows {
  /** Rows may come in any order. */
  offer(row: number, score: number): void;
  ranked(): RankedRows;
}

/** A heap with the worst of the kept rows on top. */
export const createFirstRows = (k: number): FirstRows => {
  const rows: number[] = [];
  const scores: number[] = [];
  const isWorse = (a: number, b: number): boolean => {
    const [one, other] = [elementAt(scores, a), elementAt(scores, b)];
    return one < other || (one === other && elementAt(rows, a) > elementAt(rows, b));
  };
  const swap = (a: number, b: number): void => {
    const [row, score] = [elementAt(rows, a), elementAt(scores, a)];
    rows[a] = elementAt(rows, b);
    scores[a] = elementAt(scores, b);
    rows[b] = row;
    scores[b] = score;
  };
  const sink = (): void => {
    for (let at = 0; ; ) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < rows.length && isWorse(child, worst)) {
          worst = child;
        }
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
        const [least, last] = [elementAt(scores, 0), elementAt(rows, 0)];
        if (score > least || (score === least && row < last)) {
          rows[0] = row;
          scores[0] = score;
          sink();
        }
      }
    },
    ranked: () => {
      const order = [...rows.keys()].sort(
        (a, b) => elementAt(scores, b) - elementAt(scores, a) || elementAt(rows, a) - elementAt(rows, b),
      );
      return {
        rows: order.map((at) => elementAt(rows, at)),
        scores: order.map((at) => elementAt(scores, at)),
      };
    },
  };
};
