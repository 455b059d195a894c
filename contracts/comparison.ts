/** Models beside each other: the same users of one part of a dataset version, ranked by each of them. */
import type { EvaluationReport, EvaluationSummary, RankingMetrics } from './metrics.ts';
import type { TensorflowInfo } from './tensorflow.ts';

export type ComparedMetric = keyof RankingMetrics;

/** A mean over users, and where it would lie with other users like these. */
export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Of the intervals. */
export const COMPARISON_CONFIDENCE = 0.95;
/** Adjusted p up to which a difference counts as significant. */
export const COMPARISON_LEVEL = 0.05;

/** What is known of one model. */
export interface MeasuredModel {
  readonly metrics: Readonly<Record<ComparedMetric, MeanInterval>>;
  readonly summary: EvaluationSummary;
  readonly report: EvaluationReport;
}

/** a - b over the same users. */
export interface MetricDifference extends MeanInterval {
  readonly a: string;
  readonly b: string;
  readonly metric: ComparedMetric;
  /** Two-sided, by flipping signs, that the mean difference is 0. */
  readonly p: number;
  /** The same, adjusted for the number of pairs (Holm 1979). Equal to `p` for a single pair. */
  readonly p_holm: number;
}

/** Who is best by one metric: one alone if it is significantly better than every other, else all who may be. */
export interface BestOfRow {
  readonly refs: readonly string[];
  readonly is_significant: boolean;
}

/** What a compute process answers. Subjects are in the order asked for. */
export interface MeasuredComparison {
  readonly users: number;
  readonly subjects: readonly MeasuredModel[];
  readonly differences: readonly MetricDifference[];
  readonly tensorflow: TensorflowInfo;
}
