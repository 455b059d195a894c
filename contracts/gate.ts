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

/** What the per-user differences in NDCG@10 (candidate - champion) say beside their interval. */
export interface PairedTest {
  /** Test users that both models ranked for. */
  readonly users: number;
  /** Two-sided, by flipping signs, that the mean difference is 0. */
  readonly p_value: number;
  /** Mean over standard deviation; null where the differences do not spread. */
  readonly effect_size: number | null;
  /** Smallest mean difference that an interval over these users finds above 0 in 80 % of all tests; null for one user. */
  readonly smallest_lift: number | null;
}

export interface GateSide {
  readonly version: string;
  readonly run_id: string;
  readonly ndcg_at_10: number;
}

/** One check of the gate with its number. */
export interface GateRule {
  /**
   * minimum: test NDCG@10 reaches `gate.min_ndcg_at_10`. superior: the interval's lower end lies above
   * `gate.min_improvement`. permutation: with few users, the p-value is at most 1 - `gate.confidence`.
   */
  readonly name: 'minimum' | 'superior' | 'permutation';
  readonly passed: boolean;
  readonly value: number;
  readonly bound: number;
  readonly reason: string;
}

export interface GateVerdict {
  readonly decision: GateDecision;
  /** One sentence each, with the numbers it rests on. */
  readonly reasons: readonly string[];
  readonly candidate: GateSide | null;
  /** null where there was none, and where it could not be evaluated. */
  readonly champion: GateSide | null;
  readonly ci: ConfidenceInterval | null;
  /** Version that was champion when this was decided, evaluated or not; null: there was none. */
  readonly compared_with: string | null;
  /** Why that champion could not be evaluated; null where it could, or where there was none. */
  readonly champion_problem: string | null;
  /** Those that were checked, in order; none in verdicts of earlier versions, and for the champion itself but `minimum`. */
  readonly rules: readonly GateRule[];
  /** Test users behind interval and p-value; null where nothing was compared, as are the next three. */
  readonly users: number | null;
  readonly p_value: number | null;
  readonly effect_size: number | null;
  /** smallest_lift: the smallest mean difference that these users would have shown to be an improvement 80 % of the time. */
  readonly power: { readonly smallest_lift: number } | null;
  /** The interval is over users: training with another seed might move the mean by more. null: there is no interval. */
  readonly seed_noise: 'not measured' | null;
}

/** The gate has run: there is a candidate. */
export interface DecidedVerdict extends GateVerdict {
  readonly decision: Exclude<GateDecision, 'not_run'>;
  readonly candidate: GateSide;
}

export const isDecided = (verdict: GateVerdict): verdict is DecidedVerdict =>
  verdict.decision !== 'not_run' && verdict.candidate !== null;

export const GATE_NOT_RUN: GateVerdict = {
  decision: 'not_run',
  reasons: [],
  candidate: null,
  champion: null,
  ci: null,
  compared_with: null,
  champion_problem: null,
  rules: [],
  users: null,
  p_value: null,
  effect_size: null,
  power: null,
  seed_noise: null,
};

/** The candidate is the model that serves: nothing is to be moved, and what was said of it when it got there stays. */
export const isChampionAlready = ({ candidate, champion }: Pick<GateVerdict, 'candidate' | 'champion'>): boolean =>
  candidate !== null && champion !== null && candidate.run_id === champion.run_id;
