/** How often the users of a test part were looked at, and what that leaves of the confidence in an answer. */

/** A test part, as far as its re-use goes. */
export interface TestPart {
  readonly dataset_version: string;
  /** Time of its first and of its last event: ISO 8601, UTC, with milliseconds. */
  readonly starts_at: string;
  readonly ends_at: string;
  /** Digest of its rows of user, item and time. */
  readonly rows_digest: string;
  readonly users: number;
}

/** What is asked about, before its test part and the champion of now are known. */
export interface WantedLook {
  /** Run of the candidate. */
  readonly runId: string;
  /** Trainings of its settings with other seeds, by which it is judged too; absent: none. */
  readonly replicateRunIds?: readonly string[];
  readonly datasetVersion: string;
  readonly relevanceThreshold: number;
  readonly statedConfidence: number;
  readonly actor: string;
}

/** A candidate is about to be held against a champion on a test part. */
export interface AskedLook extends TestPart {
  /** Names candidate, its replicates, champion, dataset version and stated confidence: the same question again is the same look. */
  readonly key: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `gate.confidence`: 1 - this bounds the probability of any false promotion on one test part. */
  readonly stated_confidence: number;
}

/** A look and what it was given. */
export interface Look extends AskedLook {
  /** Looks at this test part so far, this one among them. */
  readonly looks: number;
  /** Two-sided confidence of this look's interval. */
  readonly confidence: number;
  /** Nothing was left for it: the gate must not promote by itself. `confidence` is then that of the last look that had a share. */
  readonly is_used_up: boolean;
  /** Share of 1 - `stated_confidence` that this look may spend; 0 where nothing was left. */
  readonly spent: number;
  /** Probability of a false promotion that all looks at this test part may spend together, this one among them. */
  readonly alpha_spent: number;
  /** Looks that get a share, in all. */
  readonly shelf_life: number;
}

export interface LookTaken {
  /** Version that is champion; null: there is none. */
  readonly comparedWith: string | null;
  /** null where nothing is compared, so nothing is spent: no champion, or the candidate is it. */
  readonly look: Look | null;
}
