/** Means of ranking metrics over users. */
import type { RankingMetrics } from '../../contracts/metrics.ts';
import type { UserRanking } from './ranking.ts';

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** All 0 without a user. */
export const averageRankings = (rankings: readonly UserRanking[]): RankingMetrics => {
  const average = (pick: (ranking: UserRanking) => number): number => mean(rankings.map(pick));
  return {
    ndcg_at_10: average(({ ndcg }) => ndcg),
    precision_at_10: average(({ precision }) => precision),
    recall_at_10: average(({ recall }) => recall),
    f1_at_10: average(({ f1 }) => f1),
    hit_rate_at_10: average(({ hit }) => hit),
    map: average(({ averagePrecision }) => averagePrecision),
  };
};
