/** One user's ranking as rows to export: enough of it to compute every metric again. */
import { elementAt } from '../../contracts/element-at.ts';
import type { JudgedUser } from '../evaluation/evaluate-scorer.ts';

/** Parallel arrays, best first, that belong to the receiver. Ranks are 1-based; the gain of an item not met is 0. */
export type RankingRows = readonly [items: Int32Array, scores: Float32Array, gains: Float32Array, ranks: Int32Array];

/** The first candidates, then the wanted items that rank lower: the ideal order and MAP need them all. */
export const rankingRows = ({ scores, top, wanted, ranked: { ranks } }: JudgedUser): RankingRows => {
  const lower = wanted.items
    .map((item, index) => ({ item, rank: elementAt(ranks, index) }))
    .filter(({ rank }) => rank > top.length)
    .sort((a, b) => a.rank - b.rank);
  const items = Int32Array.of(...top, ...lower.map(({ item }) => item));
  const gainOf = new Map(wanted.items.map((item, index) => [item, elementAt(wanted.gains, index)]));
  return [
    items,
    Float32Array.from(items, (item) => elementAt(scores, item)),
    Float32Array.from(items, (item) => gainOf.get(item) ?? 0),
    Int32Array.of(...Int32Array.from(top.keys(), (at) => at + 1), ...lower.map(({ rank }) => rank)),
  ];
};
