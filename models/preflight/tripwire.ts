/** What a tripwire gets and what it answers. */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import type { TripwireName, VersionScope } from '../../contracts/preflight.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import type { TrialSettings } from '../../contracts/trial.ts';

export interface PreflightInput {
  readonly dataset: LoadedDataset;
  readonly scope: VersionScope;
  /** Of the trial that asks first; what decides a verdict is fixed. */
  readonly settings: TrialSettings;
  readonly tensorflow: TensorflowInfo;
  /** A folder of its own for what the probe writes; it is removed afterwards. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Again and again while a tripwire computes. */
  readonly onAlive?: () => void;
}

export interface Verdict {
  readonly isPassed: boolean;
  readonly got: string;
  readonly expected: string;
  /** What to do when it fires: one sentence, imperative. */
  readonly hint: string;
}

export interface Tripwire {
  readonly name: TripwireName;
  readonly check: (input: PreflightInput) => Verdict | Promise<Verdict>;
}
