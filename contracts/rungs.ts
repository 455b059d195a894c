/** Rungs: the epoch budgets at which the trials of a sweep are compared. */

/** What a trial showed when it came to the end of a rung. */
export interface RungReport {
  /** Epochs trained by then: the rung's epoch budget, or fewer where the trial stopped early. */
  readonly epoch: number;
  /** The objective at the best epoch so far; higher is better. */
  readonly value: number;
  /** Place in the order in which reports of all trials arrived, from 0; what an asynchronous scheduler decides by. */
  readonly sequence: number;
}

/** A report of an earlier, equal trial, from its first rung on. */
export interface KnownReport extends Pick<RungReport, 'epoch' | 'value'> {
  /** The trial stopped by itself there, or it was its last rung. */
  readonly isFinal: boolean;
}
