/** What is kept of a training or an experiment in the tracking server. */

export type RunStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';

export interface RunSpec {
  readonly experimentId: string;
  /** Found again by this key: a run with the tag `tt.run_key` of this value is returned instead of a second one. */
  readonly runKey: string;
  readonly runName: string;
  readonly parentRunId?: string;
  readonly user: string;
  readonly gitCommit: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly startTimeMs: number;
}

export interface RunRecord {
  readonly runId: string;
  readonly experimentId: string;
  readonly status: RunStatus;
  readonly startTimeMs: number;
  /** null while it runs. */
  readonly endTimeMs: number | null;
  readonly tags: Readonly<Record<string, string>>;
}

export interface MetricPoint {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  readonly timestampMs: number;
}

/** One value of a metric that was logged. */
export interface HistoryPoint {
  readonly step: number;
  readonly value: number;
  readonly timestampMs: number;
}

/** Runs of an experiment that carry all of these tags. */
export interface RunQuery {
  readonly experimentId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly status?: RunStatus;
}
