/**
 * The ledger of a registered model: every move of its champion and every refusal, in order. A record carries the digest
 * of the one before it, so that none can be changed or taken out unnoticed. Kept with MLflow, which outlives Temporal.
 */

export const LEDGER_ACTIONS = [
  'promote',
  'reject',
  'rollback',
  'archive',
  'adopt',
  'revert',
  'repair',
  'supersede',
  'challenge',
] as const;

/**
 * promote: the gate let a candidate pass, or a person did. supersede: as promote, in place of a champion that nobody can
 * evaluate. reject: a candidate stays out. rollback: back to what served before. archive: a version is out of use.
 * adopt: somebody moved, set or removed the champion by hand. revert: such a move was taken back. repair: the champion's
 * version was deleted, so there is none. challenge: an experiment online tries a version beside the champion.
 */
export type LedgerAction = (typeof LEDGER_ACTIONS)[number];

/** Actor of moves by hand: MLflow does not tell who made them. */
export const HAND_ACTOR = 'MLflow';

/** Actor of what the model's owner does by a setting, without being asked: nobody answered in time, a move by hand is reverted. */
export const OWNER_ACTOR = 'tt-exp';

/** Whole, it is an artifact of the candidate's run: `online_experiments/<id>.json`. */
export interface OnlineLedgerEvidence {
  readonly experiment_id: string;
  readonly decision: string;
  /** Whose time of observation was over. */
  readonly users: number;
  /** Challenger - champion, or the preference for the challenger; null: nobody was compared. */
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What a record rests on; whatever is known of it. */
export interface LedgerEvidence {
  /** Of the candidate. */
  readonly run_id?: string;
  readonly experiment_id?: string;
  /** Run that has the verdict, gate.json and gate.html among its artifacts. */
  readonly verdict_run_id?: string;
  /** SHA-256 of the verdict as canonical JSON. */
  readonly verdict_digest?: string;
  /** SHA-256, in hex, of what the verdict's evaluation left on the candidate's run; absent in records of earlier versions. */
  readonly test_metrics_digest?: string;
  readonly gate_users_digest?: string;
  readonly dataset_version?: string;
  /** Version that the verdict compared with; null: there was no champion. */
  readonly compared_with?: string | null;
  /** Champion when a person asked for a move, whatever a verdict compared with; null: there was none. */
  readonly champion_at_request?: string | null;
  /** Run that was compared with in place of that version, which could not be evaluated; absent: none was. */
  readonly stand_in_run_id?: string;
  /** Of the candidate, on the test part. */
  readonly ndcg_at_10?: number;
  /** Person whose approval the gate's rejection followed, and why they had approved; absent: it followed none. */
  readonly approved_by?: string;
  readonly approval_reason?: string;
  /** What an experiment online had shown when it ended; absent: none did. */
  readonly online?: OnlineLedgerEvidence;
}

/** Of the files that an evaluation has left on the candidate's run. */
export type TestDigests = Required<Pick<LedgerEvidence, 'test_metrics_digest' | 'gate_users_digest'>>;

/** A record before it has its place in the chain. */
export interface LedgerMove {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly actor: string;
  readonly action: LedgerAction;
  /**
   * What moved: `champion`; `challenger` for a rejection (from the candidate to null) and a challenge (from null to the
   * candidate); null for an archived version.
   */
  readonly alias: 'champion' | 'challenger' | null;
  /** Versions. The champion's moves are contiguous: each begins where the one before it ended. */
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string;
  readonly evidence: LedgerEvidence;
  /** Id of the request that asked for it: asked again, it is not done twice. */
  readonly request: string;
}

export interface LedgerEntry extends LedgerMove {
  /** From 1, without a gap. */
  readonly seq: number;
  /** null for the first. */
  readonly previous_digest: string | null;
  /** SHA-256, in hex, of all other fields as canonical JSON. */
  readonly digest: string;
}

/** The first record of a ledger that is not as its owner wrote it. */
export interface BrokenRecord {
  readonly seq: number;
  /** Continues "Record 3 ". */
  readonly reason: string;
}
