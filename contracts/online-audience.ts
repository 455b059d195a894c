/** Who gives the lists of an experiment online, as asked at one moment. */

/** A server of the home that answers for the model. */
export interface ListServer {
  readonly url: string;
  /** Whether it gives lists of the experiment. */
  readonly isGiving: boolean;
  /** What `/readyz` says is not as it should be, or why it could not be asked. */
  readonly problems: readonly string[];
}

export interface OnlineAudience {
  /** Whether servers of this home have the experiment: another home's cannot be seen from here. */
  readonly isOfHome: boolean;
  readonly servers: readonly ListServer[];
  /** Of the latest list that was written down, ISO 8601, UTC; null: none was. */
  readonly last_list_at: string | null;
}
