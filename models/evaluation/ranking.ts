/** Ranking metrics of one user, from the ranks and gains of its items. Formulas: docs/metrics.md. */
import { missing } from '../../contracts/element-at.ts';

export const CUT_OFF = 10;

export interface UserRanking {
  readonly ndcg: number;
  /** NDCG before it is divided by the user's ideal. */
  readonly dcg: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly hit: number;
  readonly averagePrecision: number;
}

/** Discount of a 1-based rank. */
const discount = (rank: number): number => 1 / Math.log2(rank + 1);

export interface RankedItems {
  /** 1-based ranks of the candidates with a gain above 0, and their gains. */
  readonly ranks: readonly number[];
  readonly gains: readonly number[];
  /** Least gain that counts as relevant. At least one item must reach it. */
  readonly relevanceThreshold: number;
}

export const measureRanking = ({ ranks, gains, relevanceThreshold }: RankedItems): UserRanking => {
  const gainAt = (index: number): number => gains[index] ?? missing(gains, index);
  const discounted = ranks.reduce(
    (sum, rank, index) => sum + (rank <= CUT_OFF ? gainAt(index) * discount(rank) : 0),
    0,
  );
  const ideal = [...gains]
    .sort((a, b) => b - a)
    .slice(0, CUT_OFF)
    .reduce((sum, gain, index) => sum + gain * discount(index + 1), 0);
  const relevantRanks = ranks.filter((_, index) => gainAt(index) >= relevanceThreshold).sort((a, b) => a - b);
  const hits = relevantRanks.filter((rank) => rank <= CUT_OFF).length;
  const precision = hits / CUT_OFF;
  const recall = hits / relevantRanks.length;
  const precisionSum = relevantRanks.reduce((sum, rank, index) => sum + (index + 1) / rank, 0);
  return {
    ndcg: ideal === 0 ? 0 : discounted / ideal,
    dcg: discounted,
    precision,
    recall,
    f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    hit: hits > 0 ? 1 : 0,
    averagePrecision: precisionSum / relevantRanks.length,
  };
};
