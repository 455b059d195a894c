/** The gate: the decision whether a candidate becomes champion. */
import type { Blessing } from './blessing.ts';
import type { GuardConfig } from './experiment-config.ts';

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
  /** Those among them whose two results differ; absent in records of earlier versions. */
  readonly differing_users?: number;
  /** Two-sided, by flipping signs, that the mean difference is 0. */
  readonly p_value: number;
  /** Mean over standard deviation; null where the differences do not spread. */
  readonly effect_size: number | null;
  /** Smallest mean difference that an interval over these users finds above 0 in 80 % of all tests; null for one user. */
  readonly smallest_lift: number | null;
  /** One-sided, that the candidate is worse by `gate.margin` or more; null or absent without a margin. */
  readonly margin_p_value?: number | null;
  /** Two-sided, by flipping signs, that the mean difference is `gate.min_improvement`; absent where that is 0, or not asked. */
  readonly improvement_p_value?: number;
}

/** How much the seed of a training matters: trainings of the candidate's settings, the candidate's own among them. */
export interface SeedNoise {
  readonly replicates: number;
  /** Standard deviation of their mean NDCG@10. */
  readonly sd: number;
}

/** A training that the gate asked for, and has to do without. */
export interface LeftOutReplicate {
  readonly trial_id: string;
  /** Its error, or that somebody cancelled it. */
  readonly reason: string;
}

export interface GateSide {
  readonly version: string;
  readonly run_id: string;
  readonly ndcg_at_10: number;
  /** That the mean is over; absent in records of earlier versions. */
  readonly users?: number;
}

export type GuardMetric = GuardConfig['metric'];

const CATALOGUE_METRICS = ['coverage', 'popularity_share', 'model_size_mb', 'scoring_latency_ms'] as const;
export type CatalogueMetric = (typeof CATALOGUE_METRICS)[number];

/** One number of a model, compared as such; all other metrics are means over users, and are tested. */
export const isCatalogueMetric = (metric: GuardMetric): metric is CatalogueMetric =>
  CATALOGUE_METRICS.some((name) => name === metric);

/** What the evaluation has found under a guard. */
export interface GuardMeasure {
  readonly metric: GuardMetric;
  /** null for all metrics but `slice`. */
  readonly slice: string | null;
  /** null where it could not be measured. */
  readonly candidate: number | null;
  readonly champion: number | null;
  /** Behind the means; null for one number of a model. */
  readonly users: number | null;
  /** Of the mean difference; null for one number of a model, and below two users. */
  readonly standard_error: number | null;
  /** One-sided, that the candidate fell by the tolerance or more; null as the standard error. */
  readonly p_value: number | null;
  /** Why nothing was measured; null where it was. */
  readonly problem: string | null;
}

/** A guard as it was decided. */
export interface GateGuard extends GuardMeasure {
  readonly tolerance: number;
  /** What is compared with `bound`: the adjusted p-value, or how much worse the candidate's number is. */
  readonly value: number | null;
  readonly bound: number;
  /** By Holm, for the number of guards that were tested. */
  readonly adjusted_p: number | null;
  /** Tolerance under which four in five models as good as the champion would pass with these users. */
  readonly provable_tolerance: number | null;
  readonly passed: boolean;
}

/** The best champion of the last 12 months, beside the candidate; for the rule `non_inferior`. */
export interface AncestorComparison {
  readonly version: string;
  readonly run_id: string;
  /** null where it could not be evaluated. */
  readonly ndcg_at_10: number | null;
  /** candidate - ancestor. */
  readonly ci: ConfidenceInterval | null;
  readonly users: number | null;
  /** Those among them whose two results differ; null as the users, absent in records of earlier versions. */
  readonly differing_users?: number | null;
  /** One-sided, that the candidate is worse by `gate.margin` or more. */
  readonly margin_p_value: number | null;
  /** Why it could not be evaluated; null where it was. */
  readonly problem: string | null;
}

/** A champion that could not be evaluated, and what was in place of it. */
export interface ChampionStandIn {
  /** Of a model with the champion's recorded settings, trained on the candidate's dataset version. */
  readonly run_id: string;
  /** Why the champion itself could not be evaluated. */
  readonly reason: string;
}

export type RuleComparison = '>=' | '>' | '<=';

/** One check of the gate with its number. */
export interface GateRule {
  /**
   * minimum: test NDCG@10 reaches `gate.min_ndcg_at_10`. superior: the interval's lower end lies above
   * `gate.min_improvement`. non_inferior: above -`gate.margin`. permutation: where few users differ, the p-value is low enough.
   * ancestor: non_inferior against the best champion of the last 12 months. dcg: DCG@10 does not show the opposite.
   * guard:…: a measure that must not fall, under the name of its metric or slice. blessing: the candidate's bundle serves
   * what was judged.
   */
  readonly name:
    | 'minimum'
    | 'superior'
    | 'non_inferior'
    | 'permutation'
    | 'ancestor'
    | 'dcg'
    | `guard:${string}`
    | 'blessing';
  readonly passed: boolean;
  /** null where it could not be measured. */
  readonly value: number | null;
  /** How `value` has to stand to `bound`; null: that alone decides nothing (dcg). Absent in verdicts of earlier versions. */
  readonly comparison?: RuleComparison | null;
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
  /** What was evaluated in place of the champion; null where it was the champion itself, or nothing. */
  readonly champion_stand_in: ChampionStandIn | null;
  /** Those that were checked, in order; none in verdicts of earlier versions, and for the champion itself but `minimum`. */
  readonly rules: readonly GateRule[];
  /** Test users behind interval and p-value; null where nothing was compared, as are the next three. */
  readonly users: number | null;
  /** Those among them whose two results differ; absent in verdicts of earlier versions. */
  readonly differing_users?: number | null;
  readonly p_value: number | null;
  /** One-sided, that the candidate is worse by `gate.margin` or more; null without the rule `non_inferior`. */
  readonly margin_p_value: number | null;
  /** Two-sided, that the mean difference is `gate.min_improvement`; absent where that is 0 or not the question. */
  readonly improvement_p_value?: number;
  readonly effect_size: number | null;
  /** smallest_lift: the smallest mean difference that these users would have shown to be an improvement 80 % of the time. */
  readonly power: { readonly smallest_lift: number } | null;
  /**
   * Not measured: the interval is over users, and training with another seed might move the mean by more. Otherwise it
   * holds for the settings. null: there is no interval.
   */
  readonly seed_noise: 'not measured' | SeedNoise | null;
  /** Replicates that did not train to the end; absent: none. Where that is all of them, only a person may promote. */
  readonly left_out_replicates?: readonly LeftOutReplicate[];
  /** Of the mean per-user difference in DCG@10, which is NDCG@10 before normalising; null where nothing was compared. */
  readonly dcg: ConfidenceInterval | null;
  /** null where none was asked for: no rule `non_inferior`, or no earlier champion but the one of now. */
  readonly ancestor: AncestorComparison | null;
  /** Those of the config, in its order; none where nothing was compared. */
  readonly guards: readonly GateGuard[];
  /** Looks at this test part so far, this one among them; null where nothing was spent, as are the next three. */
  readonly looks: number | null;
  /** Probability of a false promotion that they may spend together; at most 1 - `gate.confidence`. */
  readonly alpha_spent: number | null;
  /** Looks that this test part has in all. */
  readonly shelf_life: number | null;
  /** Nothing was left for this look: only a person may promote. */
  readonly is_used_up: boolean | null;
  /** What a server answered from the candidate's bundle; absent where none was asked, and in verdicts of earlier versions. */
  readonly blessing?: Blessing;
}

/**
 * What became of a candidate after its experiment had ended. superseded: it was champion, and is not any more. archived:
 * out of use, whatever was decided of it. deleted: MLflow has no such version any more.
 */
export type DecisionSince = GateDecision | 'superseded' | 'archived' | 'deleted';

/** The verdict as it stands now; its last reason says how it came to that. */
export interface VerdictSince extends Omit<GateVerdict, 'decision'> {
  readonly decision: DecisionSince;
  /** It became champion, whatever became of it later. */
  readonly was_promoted: boolean;
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
  champion_stand_in: null,
  rules: [],
  users: null,
  p_value: null,
  margin_p_value: null,
  effect_size: null,
  power: null,
  seed_noise: null,
  dcg: null,
  ancestor: null,
  guards: [],
  looks: null,
  alpha_spent: null,
  shelf_life: null,
  is_used_up: null,
};

/** The candidate is the model that serves: nothing is to be moved, and what was said of it when it got there stays. */
export const isChampionAlready = ({ candidate, champion }: Pick<GateVerdict, 'candidate' | 'champion'>): boolean =>
  candidate !== null && champion !== null && candidate.run_id === champion.run_id;
