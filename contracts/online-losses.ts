/** What the logs of an experiment online lack, or what they hold that is in no observation. */
export interface OnlineLosses {
  /** Lists that no server could write down. */
  readonly lost_impressions: number;
  /** Lines since the experiment began that cannot be read: a kill or a full disk has cut them, mostly. */
  readonly damaged_impressions: number;
  readonly damaged_events: number;
  /**
   * How many of both were not cut: they hold half a surrogate pair, which servers of earlier versions took. Absent: of an
   * earlier version.
   */
  readonly half_surrogates?: number;
  /** Events with an item that the user was shown later: only a clock that was set back makes them, and they do not count. */
  readonly early_events: number;
  /**
   * Since the first list of the experiment, by users who take part, of items that no list of it has shown them: a killed server
   * loses its last lists, and people find items elsewhere too. They do not count. Absent: of an earlier version.
   */
  readonly events_without_list?: number;
  /** Why a server gives lists of the experiment no more, as a clause; null: none has said so. */
  readonly voided: string | null;
}
