/** Ranking metrics of one user, from scores and gains. Formulas: docs/metrics.md. */

export const CUT_OFF = 10;

export interface UserRanking {
  readonly ndcg: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly hit: number;
  readonly averagePrecision: number;
}

/** Discount of a 1-based rank. */
const discount = (rank: number): number => 1 / Math.log2(rank + 1);

/**
 * The best `count` candidates, best first. A candidate is an item whose score is not -Infinity. On equal scores the
 * lower item index comes first, so that the order never depends on the sorting algorithm.
 * @param scores [items]
 */
export const topItems = (scores: Float32Array, count: number): Int32Array => {
  const top: number[] = [];
  for (let item = 0; item < scores.length; item += 1) {
    const score = scores[item] ?? Number.NEGATIVE_INFINITY;
    if (score === Number.NEGATIVE_INFINITY) {
      continue;
    }
    const last = top.at(-1);
    if (top.length === count && score <= (scores[last ?? 0] ?? 0)) {
      continue;
    }
    let place = top.length;
    while (place > 0 && score > (scores[top[place - 1] ?? 0] ?? 0)) {
      place -= 1;
    }
    top.splice(place, 0, item);
    if (top.length > count) {
      top.pop();
    }
  }
  return Int32Array.from(top);
};

/** 1-based rank of a candidate among all candidates, in the order of `topItems`. */
const rankOf = (scores: Float32Array, item: number): number => {
  const score = scores[item] ?? 0;
  let rank = 1;
  for (let other = 0; other < scores.length; other += 1) {
    const value = scores[other] ?? 0;
    if (value > score || (value === score && other < item)) {
      rank += 1;
    }
  }
  return rank;
};

export interface RankedUser {
  /** [items]; -Infinity for items that are no candidates. */
  readonly scores: Float32Array;
  /** Candidates with a gain above 0, and their gains. */
  readonly items: readonly number[];
  readonly gains: readonly number[];
  /** Least gain that counts as relevant. At least one item must reach it. */
  readonly relevanceThreshold: number;
}

export const rankUser = ({ scores, items, gains, relevanceThreshold }: RankedUser): UserRanking => {
  const ranks = items.map((item) => rankOf(scores, item));
  const discounted = ranks.reduce(
    (sum, rank, index) => sum + (rank <= CUT_OFF ? (gains[index] ?? 0) * discount(rank) : 0),
    0,
  );
  const ideal = [...gains]
    .sort((a, b) => b - a)
    .slice(0, CUT_OFF)
    .reduce((sum, gain, index) => sum + gain * discount(index + 1), 0);
  const relevantRanks = ranks.filter((_, index) => (gains[index] ?? 0) >= relevanceThreshold).sort((a, b) => a - b);
  const hits = relevantRanks.filter((rank) => rank <= CUT_OFF).length;
  const precision = hits / CUT_OFF;
  const recall = hits / relevantRanks.length;
  const precisionSum = relevantRanks.reduce((sum, rank, index) => sum + (index + 1) / rank, 0);
  return {
    ndcg: ideal === 0 ? 0 : discounted / ideal,
    precision,
    recall,
    f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    hit: hits > 0 ? 1 : 0,
    averagePrecision: precisionSum / relevantRanks.length,
  };
};
