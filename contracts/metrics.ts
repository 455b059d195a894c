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

/** Slices of users by their training pairs: fewer than 5, 5 to 20, more than 20. */
export const USER_SLICE_NAMES = ['cold', 'warm', 'hot'] as const;
export type UserSliceName = (typeof USER_SLICE_NAMES)[number];

/** Means over the users of one slice; all 0 where `users` is 0. */
export interface SliceMetrics extends RankingMetrics {
  readonly users: number;
}

/** Means over the users that have one value of a categorical feature, or over those who like items that have it. */
export interface CategorySlice extends SliceMetrics {
  readonly side: 'user' | 'item';
  readonly feature: string;
  readonly value: string;
}

/** How far the top 10 of all users lean towards items that many met in training. */
export interface PopularityBias {
  /** Mean share of the catalogue that is less popular than a recommended item, in [0, 1]; 0.5 has no lean. */
  readonly mean_percentile: number;
  /** Mean number of training pairs of a recommended item. */
  readonly average_popularity: number;
}

/** One bin of scores [low, high), the last one with its upper end. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly samples: number;
  /** Mean of sigmoid(score), of the labels, and share of relevant samples; 0 in an empty bin. */
  readonly mean_score: number;
  readonly mean_label: number;
  readonly relevant_share: number;
}

export interface Calibration {
  /** Mean distance of mean score and share of relevant samples over the bins, weighted by their samples. */
  readonly expected_calibration_error: number;
  readonly samples: number;
  readonly bins: readonly CalibrationBin[];
}

/** What one evaluation tells beside its summary: computed once for a test, not stored with every epoch. */
export interface EvaluationReport {
  readonly slices: Readonly<Record<UserSliceName, SliceMetrics>>;
  /** At most ten a feature, by users; none where no category is known. */
  readonly categories: readonly CategorySlice[];
  readonly popularity_bias: PopularityBias;
  /** null where the scores are no logits of a model: a baseline's. */
  readonly calibration: Calibration | null;
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
export const BASELINE_NAMES = ['oracle', 'popularity', 'item_knn', 'content', 'random'] as const;
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

/** What an epoch has shown, under the names that MLflow knows: all that settings, data and code decide. */
export const epochMetrics = ({
  trainLoss,
  valLoss,
  learningRate,
  validation,
}: EpochRecord): Readonly<Record<string, number>> => ({
  train_loss: trainLoss,
  val_loss: valLoss,
  ...Object.fromEntries(RANKING_METRIC_NAMES.map((name) => [`val_${name}`, validation[name]])),
  val_coverage: validation.coverage,
  val_novelty: validation.novelty,
  learning_rate: learningRate,
});

/** Baselines that are at least as good by NDCG@10, the best first. Nobody can beat the oracle: it is not among them. */
export const baselinesNotBeaten = ({
  model,
  baselines,
}: {
  readonly model: EvaluationSummary;
  readonly baselines: Readonly<Partial<Record<BaselineName, EvaluationSummary>>>;
}): readonly BaselineName[] => {
  const ndcgOf = (name: BaselineName): number => baselines[name]?.ndcg_at_10 ?? Number.NEGATIVE_INFINITY;
  return BASELINE_NAMES.filter((name) => name !== 'oracle' && ndcgOf(name) >= model.ndcg_at_10).toSorted(
    (a, b) => ndcgOf(b) - ndcgOf(a),
  );
};

/** Whether a ranking that knows no user is at least as good: then something is wrong with data or settings. */
export const isBelowPopularity = (evaluation: Parameters<typeof baselinesNotBeaten>[0]): boolean =>
  baselinesNotBeaten(evaluation).includes('popularity');
