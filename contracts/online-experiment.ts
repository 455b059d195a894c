/** An experiment online: champion and challenger of one registered model before the same users. */

export const ARMS = ['champion', 'challenger'] as const;
export type Arm = (typeof ARMS)[number];

/**
 * `split`: a share of the users gets the challenger's lists. `interleave`: a share of the users gets lists that both draft
 * in turn (team draft). `shadow`: everybody gets the champion's, and what the challenger would have listed for the share
 * is kept beside.
 */
export const ONLINE_MODES = ['split', 'interleave', 'shadow'] as const;
export type OnlineMode = (typeof ONLINE_MODES)[number];

/** A version as it was when the experiment began. */
export interface OnlineArm {
  readonly version: string;
  readonly run_id: string;
}

export interface OnlineExperiment {
  readonly format: 1;
  /** Also the salt of the assignment, so that two experiments divide users independently. */
  readonly id: string;
  readonly model: string;
  readonly mode: OnlineMode;
  /** Of the users, above 0 and at most 1. */
  readonly share: number;
  readonly champion: OnlineArm;
  readonly challenger: OnlineArm;
  /** ISO 8601, UTC. */
  readonly started_at: string;
  /** How long after their first list of the experiment users are observed. */
  readonly attribution_hours: number;
}

/** Place in a list that was shown, from 0. */
export interface ShownItem {
  readonly item_id: string;
  readonly position: number;
  /** Who put it there. */
  readonly arm: Arm;
}

/** One list that a user of the experiment was given. */
export interface Impression {
  readonly format: 1;
  readonly request_id: string;
  /** ISO 8601, UTC, of the server. */
  readonly at: string;
  readonly experiment_id: string;
  readonly user_id: string;
  /** That of the user; null where both draft the list. */
  readonly arm: Arm | null;
  /** Probability with which this user was to get what they got. */
  readonly propensity: number;
  /** Digests of those that made the list. */
  readonly bundles: Readonly<Partial<Record<Arm, string>>>;
  readonly items: readonly ShownItem[];
  /** `shadow`: what the challenger would have listed. */
  readonly unseen?: readonly string[];
}

/** What became of one user: the unit that is drawn at random, and so the unit of every statistic. */
export interface UserObservation {
  readonly user_id: string;
  /** null where the lists were interleaved. */
  readonly arm: Arm | null;
  /** Milliseconds since 1970 of the first list. */
  readonly first_at_ms: number;
  /** Lists within the time in which the user was observed. */
  readonly lists: number;
  /** Mean over these lists: items of the first ten places that the user then met with a label above 0, over ten. 0 to 1. */
  readonly precision_at_10: number;
  /** Interactions with items that were shown before, by type. */
  readonly interactions: Readonly<Record<string, number>>;
  /** Items met with a label above 0, by who had put them into the list. */
  readonly credit: Readonly<Record<Arm, number>>;
  /** `interleave`: who put the first item into the first list; null where that list was empty. */
  readonly first_pick?: Arm | null;
  /** `shadow`: mean over the lists, how many of the first ten places the challenger would have filled with the same items, over ten. */
  readonly overlap_at_10?: number;
}
