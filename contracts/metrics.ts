/** Ranking metrics: what an evaluation reports. Formulas: docs/metrics.md. */

/** Mean over the users that have at least one relevant item in the evaluated part; each in [0, 1]. */
export interface RankingMetrics {
  readonly ndcg_at_10: number;
  readonly precision_at_10: number;
  readonly recall_at_10: number;
  readonly f1_at_10: number;
  readonly hit_rate_at_10: number;
  readonly map: number;
}

export interface EvaluationSummary extends RankingMetrics {
  /** Share of the catalogue that appears in at least one top 10. */
  readonly coverage: number;
  /** Mean self-information, in bits, of recommended items under training popularity. */
  readonly novelty: number;
  /** Users that entered the mean. */
  readonly users: number;
}

export const RANKING_METRIC_NAMES = [
  'ndcg_at_10',
  'precision_at_10',
  'recall_at_10',
  'f1_at_10',
  'hit_rate_at_10',
  'map',
] as const satisfies readonly (keyof RankingMetrics)[];

/** Scorers reported beside the model. `oracle` exists only where the data source knows the truth. */
export const BASELINE_NAMES = ['oracle', 'popularity', 'content', 'random'] as const;
export type BaselineName = (typeof BASELINE_NAMES)[number];

/** What one epoch of training reports. Metric points in MLflow use `step = epoch` and `timestamp = finishedAtMs`. */
export interface EpochRecord {
  /** 1-based. */
  readonly epoch: number;
  readonly trainLoss: number;
  readonly valLoss: number;
  readonly validation: EvaluationSummary;
  readonly learningRate: number;
  readonly seconds: number;
  /** Wall clock at the end of the epoch; stored with the checkpoint so that a resend carries the same value. */
  readonly finishedAtMs: number;
  readonly isBest: boolean;
}
