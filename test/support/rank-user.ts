/** One user's metrics and first places, straight from scores. */

import { measureRanking, type UserRanking } from '../../models/evaluation/ranking.ts';
import { createRowRanker, type RankedRow } from '../../models/kernels/rank-row.ts';

const rankRow = (scores: Float32Array, wanted: readonly number[], depth: number): RankedRow => {
  const ranked = createRowRanker(depth)(scores, wanted);
  if ('nanItem' in ranked) {
    throw new Error(`item ${ranked.nanItem} has no score`);
  }
  return ranked;
};

export const topItems = (scores: Float32Array, count: number): Int32Array => rankRow(scores, [], count).top;

export const rankUser = (user: {
  readonly scores: Float32Array;
  readonly items: readonly number[];
  readonly gains: readonly number[];
  readonly relevanceThreshold: number;
}): UserRanking => measureRanking({ ...user, ranks: rankRow(user.scores, user.items, 10).ranks });
