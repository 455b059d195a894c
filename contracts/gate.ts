/** The gate: the decision whether a candidate becomes champion. */

export type GateDecision = 'promoted' | 'rejected' | 'awaiting_approval' | 'not_run';

/** Confidence interval of the mean per-user difference in NDCG@10 (candidate - champion). */
export interface ConfidenceInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** For example 0.95. */
  readonly confidence: number;
}

export interface GateSide {
  readonly version: string;
  readonly run_id: string;
  readonly ndcg_at_10: number;
}

export interface GateVerdict {
  readonly decision: GateDecision;
  /** One sentence each, with the numbers it rests on. */
  readonly reasons: readonly string[];
  readonly candidate: GateSide | null;
  readonly champion: GateSide | null;
  readonly ci: ConfidenceInterval | null;
}
