/** Runs in MLflow that stay RUNNING, and whether anybody would end them. */

/** A run that is RUNNING in MLflow, and no running workflow that would end it is known. */
export interface OpenRun {
  readonly runId: string;
  readonly name: string;
  readonly workflowId: string;
  /** Id of the Temporal database that its workflow lives in, or lived in; null where the run does not say. */
  readonly temporalId: string | null;
  readonly reason: string;
}

export interface OpenRunsReport {
  /** Those abandoned were closed; else they still are to be. */
  readonly isRepaired: boolean;
  readonly abandoned: readonly OpenRun[];
  /** Not for us to close: their workflow may run somewhere else. */
  readonly left: readonly OpenRun[];
}
