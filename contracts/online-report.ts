/** What an experiment online has shown so far, and what is to be done about it. */
import type { Arm, OnlineMode } from './online-experiment.ts';

export interface OnlineSettings {
  /** Of intervals and of the decision over all looks together, in (0, 1); 0.95. */
  readonly confidence: number;
  /** Closed users below which nothing but a broken division of users is concluded. */
  readonly minimum_users: number;
  /** Days from the beginning of the experiment to its planned end. */
  readonly max_days: number;
  /** The difference, or preference, above which the challenger is promoted, and below which it is cleared; 0. */
  readonly min_effect: number;
}

export const DEFAULT_ONLINE_SETTINGS: OnlineSettings = {
  ...{ confidence: 0.95, minimum_users: 100, max_days: 14, min_effect: 0 },
};

/**
 * `continue`: nothing is shown yet. `promote`: the challenger is better. `clear`: it is not, or no time is left to show it;
 * it stops being the challenger. `invalid`: users were not divided as planned; whatever else was seen means nothing.
 */
export type OnlineDecision = 'continue' | 'promote' | 'clear' | 'invalid';

export interface OnlineEstimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** False: holds for one look that was planned beforehand, not for the best of many. */
  readonly is_anytime_valid: boolean;
}

export interface InteractionRates {
  /** Of the users: those with at least one. */
  readonly users: OnlineEstimate;
  /** Interactions per user; null for a single one, whose count has no interval. */
  readonly per_user: OnlineEstimate | null;
}

/** Closed users who got the lists of the same makers. */
export interface OnlineGroup {
  /** null where both drafted the lists. */
  readonly arm: Arm | null;
  readonly users: number;
  readonly lists: number;
  readonly precision_at_10: OnlineEstimate;
  /** By type of event, sorted. */
  readonly interactions: Readonly<Record<string, InteractionRates>>;
}

export interface OnlineComparison {
  /**
   * `precision_at_10`: challenger - champion, of means over users. `preference`: mean over users of (challenger's credit -
   * champion's) / both, -1 to 1.
   */
  readonly measure: 'precision_at_10' | 'preference';
  /** Whose observations are in it. */
  readonly users: number;
  /** `preference`: users who met nothing that was listed. They prefer neither, and are left out. */
  readonly undecided_users: number;
  readonly estimate: OnlineEstimate;
  /** Of no difference; valid however often it was looked at. */
  readonly p_value: number;
  /**
   * Users still to close until the interval would exclude `min_effect`, if what was seen is the truth; null: never, or a
   * thousand times as many.
   */
  readonly further_users: number | null;
}

/** Whether users were divided as planned. */
export interface SampleRatio {
  /** Of the users for the challenger; where lists are drafted, of the users whose first item is its pick. */
  readonly expected_share: number;
  readonly users: number;
  readonly challenger_users: number;
  /** Of a division as planned; valid however often it was looked at. */
  readonly p_value: number;
  readonly is_broken: boolean;
}

export interface OnlineReport {
  readonly format: 1;
  readonly experiment_id: string;
  readonly mode: OnlineMode;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly settings: OnlineSettings;
  /** Days since the beginning. */
  readonly days: number;
  /** Users whose time of observation is over: all that the statistics are made of. */
  readonly users: number;
  readonly open_users: number;
  readonly groups: readonly OnlineGroup[];
  /** null in `shadow`, and where an arm has no user yet. */
  readonly comparison: OnlineComparison | null;
  /** null in `shadow`, where nobody is divided. */
  readonly sample_ratio: SampleRatio | null;
  /** `shadow`: mean over users; null in other modes and without users. */
  readonly overlap_at_10: OnlineEstimate | null;
  readonly decision: OnlineDecision;
  /** A sentence. */
  readonly reason: string;
}
