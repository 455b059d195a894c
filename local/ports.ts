/** What training and evaluating without Temporal need of the other rooms; `bin/` wires the real parts. */
import type { DatasetPort, TrackingPort } from '../activities/ports.ts';
import type { ComputeRunner } from '../compute/index.ts';
import type { Device } from '../contracts/local-model.ts';
import type { HistoryPoint } from '../contracts/runs.ts';
import type { ArtifactReader, RunReader, VersionReader } from '../registry/ports.ts';

/** MLflow at one address. Whoever opens it closes it. */
export interface LocalTracking extends TrackingPort, ArtifactReader, RunReader, VersionReader {
  readonly uri: string;
  /** By ascending step; empty where the metric was never logged. */
  metricHistory(runId: string, key: string): Promise<readonly HistoryPoint[]>;
  /** Makes a run that has ended RUNNING again. */
  reopenRun(runId: string): Promise<void>;
  close(): Promise<void>;
}

export interface LocalDatasets extends DatasetPort {
  close(): Promise<void>;
}

/** Runs one job at a time, on the device and with the threads that it was opened with. */
export interface LocalCompute extends ComputeRunner {
  /** Digest of what its trainings run. */
  readonly trainingCode: string;
}

/** How long an MLflow that does not answer is waited for: `short` where something else will do in its place. */
export type Patience = 'short' | 'long';

export interface LocalPorts {
  openDatasets(): Promise<LocalDatasets>;
  /** The server that the environment names, else the embedded one, which is started where it does not run. */
  startTracking(): Promise<LocalTracking>;
  /** The same without starting anything. Throws SERVICE_UNREACHABLE where none runs. @param patience default: long */
  connectTracking(patience?: Patience): Promise<LocalTracking>;
  /** @param threads of the processor; null: all that there are. Throws USAGE, TENSORFLOW_UNAVAILABLE, INTERRUPTED. */
  openCompute(device: Device, threads: number | null): Promise<LocalCompute>;
  /** Commit of the folder that the command runs in; null outside git. */
  gitCommit(): Promise<string | null>;
}
