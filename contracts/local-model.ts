/** One training or evaluation of this process's own: no workflow, no worker. What the commands ask for and get. */
import type { DatasetSummary } from './dataset.ts';
import type { ResolvedConfig } from './resolved-config.ts';
import type { ComputeMessage, EvaluatedSplit, ModelEvaluation } from './trainer.ts';
import type { TrainingResult, TrialSettings } from './trial.ts';

export const DEVICES = ['auto', 'cpu', 'gpu'] as const;
/** `auto`: the fastest that there is. */
export type Device = (typeof DEVICES)[number];

export type DataChoice =
  /** An id, or a beginning that only one version has. */
  | { readonly kind: 'version'; readonly version: string }
  /** Build the version of these settings, or find it. */
  | { readonly kind: 'source'; readonly config: Pick<ResolvedConfig, 'data' | 'seed'> };

export interface LocalTrainingRequest {
  readonly config: ResolvedConfig;
  readonly data: DataChoice;
  readonly device: Device;
  /** Where the result is to lie; absolute. */
  readonly folder: string;
  /** Of the MLflow run. */
  readonly name: string;
  /** Replace an earlier result, and an unfinished training of other settings. */
  readonly isForced: boolean;
  readonly isTracked: boolean;
}

export type LocalTrainingEvent =
  | { readonly kind: 'dataset'; readonly dataset: DatasetSummary; readonly useCase: string }
  | { readonly kind: 'run'; readonly run: LocalRun }
  /** Settings differ from what was asked for after running out of memory. */
  | { readonly kind: 'attempt'; readonly settings: TrialSettings; readonly note: string | null }
  | { readonly kind: 'compute'; readonly message: ComputeMessage };

/** The MLflow run of a training. */
export interface LocalRun {
  readonly runId: string;
  readonly experiment: string;
  readonly url: string;
}

export interface LocalTrainingReport {
  readonly folder: string;
  /** Relative to the folder. */
  readonly files: readonly string[];
  readonly dataset: DatasetSummary;
  readonly settings: TrialSettings;
  readonly result: TrainingResult;
  readonly test: ModelEvaluation;
  /** What was changed after running out of memory. */
  readonly note: string | null;
  /** null: nothing was logged. */
  readonly run: LocalRun | null;
}

export interface LocalEvaluationRequest {
  /** A folder; `name`, `name@alias` or `name/version` in the registry; a run's id, or `<experiment id>/<trial id>`. */
  readonly model: string;
  /** null: the dataset version that the model was trained on. */
  readonly data: DataChoice | null;
  readonly split: EvaluatedSplit;
  readonly device: Device;
  /** Absolute; null: rankings are not exported. */
  readonly rankingsFile: string | null;
}

export interface EvaluatedModel {
  /** As it can be given again: the folder, `name/version`, or the run. */
  readonly name: string;
  readonly datasetVersion: string;
  readonly bestEpoch: number;
}

export interface LocalEvaluationReport {
  readonly model: EvaluatedModel;
  readonly dataset: DatasetSummary;
  readonly useCase: string;
  readonly split: EvaluatedSplit;
  readonly evaluation: ModelEvaluation;
}
