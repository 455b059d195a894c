/** The first places of one user's ranking and the exact ranks of its wanted items, in one pass over the scores. */

/** Of the scale between the lowest and the highest wanted score: so many that few scores share one with a wanted one. */
const STRETCHES = 1024;

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

/** Wanted items in ascending order of their scores. */
interface Wanted {
  /** Their positions in the list that was asked for. */
  readonly order: readonly number[];
  readonly items: Int32Array;
  /** Ends with +Infinity. */
  readonly scores: Float64Array;
  /** Candidates that lie above exactly so many wanted scores. */
  readonly slots: Int32Array;
  /** Candidates with the same score and a lower index. */
  readonly tiesBefore: Int32Array;
}

const sortWanted = (scores: Float32Array, wanted: readonly number[]): Wanted => {
  const scoreAt = (position: number): number => scores[wanted[position] ?? 0] ?? 0;
  const order = [...wanted.keys()].sort((a, b) => (scoreAt(a) < scoreAt(b) ? -1 : scoreAt(a) > scoreAt(b) ? 1 : 0));
  const sorted = new Float64Array(order.length + 1).fill(Number.POSITIVE_INFINITY);
  sorted.set(order.map(scoreAt));
  return {
    order,
    items: Int32Array.from(order, (position) => wanted[position] ?? 0),
    scores: sorted,
    slots: new Int32Array(order.length + 1),
    tiesBefore: new Int32Array(order.length),
  };
};

const ranksOf = ({ order, slots, tiesBefore }: Wanted): readonly number[] => {
  const ranks = order.map(() => 0);
  let above = 0;
  for (let at = order.length - 1; at >= 0; at -= 1) {
    above += slots[at + 1] ?? 0;
    ranks[order[at] ?? 0] = 1 + above + (tiesBefore[at] ?? 0);
  }
  return ranks;
};

/**
 * The wanted scores cut the scale into slots, and each candidate counts in the slot that it falls into. The table says
 * in which slot its stretch of the scale begins; from there few comparisons are left, mostly one. The arithmetic that
 * finds the stretch never swaps two scores, so the ranks are exact. The time of a row hardly depends on how many items
 * are wanted.
 */
export const createRowRanker = (depth: number): RowRanker => {
  const topItems = new Int32Array(depth);
  const topScores = new Float64Array(depth);
  const slotOfStretch = new Int32Array(STRETCHES + 2);

  return (scores, wantedItems) => {
    const wanted = sortWanted(scores, wantedItems);
    const { items, scores: limits, slots, tiesBefore } = wanted;
    const count = items.length;
    const lowest = limits[0] ?? 0;
    const highest = limits[Math.max(0, count - 1)] ?? 0;
    const scale = STRETCHES / (highest - lowest);
    for (let stretch = 0, slot = 0; stretch < slotOfStretch.length; stretch += 1) {
      while (slot < count && ((((limits[slot] ?? 0) - lowest) * scale) | 0) < stretch) {
        slot += 1;
      }
      slotOfStretch[stretch] = slot;
    }

    let filled = 0;
    let leastTop = Number.NEGATIVE_INFINITY;
    // What lies below it is neither among the first nor above a wanted item. NaN never lies below.
    let floor = Number.NEGATIVE_INFINITY;
    for (let item = 0; item < scores.length; item += 1) {
      const score = scores[item] ?? 0;
      if (score < floor) {
        continue;
      }
      if (score > leastTop) {
        let place = filled < depth ? filled : depth - 1;
        while (place > 0 && score > (topScores[place - 1] ?? 0)) {
          topScores[place] = topScores[place - 1] ?? 0;
          topItems[place] = topItems[place - 1] ?? 0;
          place -= 1;
        }
        topScores[place] = score;
        topItems[place] = item;
        filled = Math.min(filled + 1, depth);
        if (filled === depth) {
          leastTop = topScores[depth - 1] ?? 0;
          floor = Math.min(leastTop, lowest);
        }
      }
      if (score > highest) {
        slots[count] = (slots[count] ?? 0) + 1;
      } else if (score >= lowest) {
        let slot = slotOfStretch[((score - lowest) * scale) | 0] ?? 0;
        while ((limits[slot] ?? 0) < score) {
          slot += 1;
        }
        slots[slot] = (slots[slot] ?? 0) + 1;
        for (let equal = slot; equal < count && limits[equal] === score; equal += 1) {
          tiesBefore[equal] = (tiesBefore[equal] ?? 0) + (item < (items[equal] ?? 0) ? 1 : 0);
        }
      } else if (Number.isNaN(score)) {
        return { nanItem: item };
      }
    }
    return { top: topItems.subarray(0, filled), ranks: ranksOf(wanted) };
  };
};
