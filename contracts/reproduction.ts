/** One trial trained again from its MLflow record: what is compared, and what came of it. */
import type { DatasetSummary } from './dataset.ts';
import type { TrialSettings } from './trial.ts';

/** Where a recorded value stands: in the artifact `history.json`, or among the run's metrics. */
export type RecordSource = 'history' | 'metrics';

/** A value that was recorded, beside that of the new training; null where there is none, or no finite number. */
export interface ValueDifference {
  readonly source: RecordSource;
  readonly epoch: number;
  /** As MLflow names it: `val_ndcg_at_10`. */
  readonly metric: string;
  readonly recorded: number | null;
  readonly reproduced: number | null;
  /** Absolute; null where one of the two is missing. */
  readonly difference: number | null;
}

export interface TrainingComparison {
  /** `equal`: every value bit for bit, and the files of the model where they are recorded. */
  readonly verdict: 'equal' | 'within_tolerance' | 'differs';
  readonly tolerance: number;
  /** How many values were compared. */
  readonly values: number;
  /** The earliest that is beyond the tolerance; where none is, the earliest that is not equal. */
  readonly firstDifference: ValueDifference | null;
  readonly largestDifference: ValueDifference | null;
  /** null where the record has no model. */
  readonly isModelEqual: boolean | null;
}

export const CIRCUMSTANCES = [
  'training_code',
  'git_commit',
  'tensorflow_backend',
  'tensorflow_library',
  'precision',
  'threads',
] as const;
export type CircumstanceName = (typeof CIRCUMSTANCES)[number];

/** What may explain a difference; null where nothing is known. */
export interface Circumstance {
  readonly name: CircumstanceName;
  readonly recorded: string | null;
  readonly here: string | null;
  /** null where one of the two is not known. */
  readonly isEqual: boolean | null;
}

export interface ReproductionRequest {
  /** Id of an MLflow run, or `<experiment id>/<trial id>`. */
  readonly run: string;
  /** Greatest absolute difference that counts as none; 0 asks for equal bits. */
  readonly tolerance: number;
}

export interface ReproductionReport {
  readonly runId: string;
  /** null for a training without an experiment. */
  readonly experimentId: string | null;
  readonly trialId: string | null;
  readonly dataset: DatasetSummary;
  readonly settings: TrialSettings;
  /** Recorded, and trained again. */
  readonly epochs: { readonly recorded: number; readonly reproduced: number };
  /** Of the new training, summed over its epochs. */
  readonly seconds: number;
  /** What the recorded training had to do without after running out of memory. */
  readonly outOfMemory: string | null;
  readonly comparison: TrainingComparison;
  readonly circumstances: readonly Circumstance[];
}
