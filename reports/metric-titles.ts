import type { RankingMetrics } from '../contracts/metrics.ts';

export const METRIC_TITLES: Readonly<Record<keyof RankingMetrics, string>> = {
  ndcg_at_10: 'NDCG@10',
  precision_at_10: 'precision@10',
  recall_at_10: 'recall@10',
  f1_at_10: 'F1@10',
  hit_rate_at_10: 'hit rate@10',
  map: 'MAP',
};
