/** Jobs of the compute child process and the messages it sends to its parent over IPC. */
import type { Blessing } from './blessing.ts';
import type { BuiltBundle, BundledModel } from './bundle.ts';
import type { MeasuredComparison } from './comparison.ts';
import type { SplitName } from './dataset.ts';
import type { ErrorRecord } from './errors.ts';
import type { TestEvaluation } from './experiment.ts';
import type { GateConfig, GuardConfig } from './experiment-config.ts';
import type { AncestorComparison, ConfidenceInterval, GuardMeasure, PairedTest, SeedNoise } from './gate.ts';
import type { GateCalibration } from './gate-calibration.ts';
import type { GateDetails } from './gate-details.ts';
import type { EpochRecord, EvaluationReport, EvaluationSummary } from './metrics.ts';
import type { PreflightReport } from './preflight.ts';
import type { TensorflowInfo } from './tensorflow.ts';
import type { TrainingResult, TrialSettings } from './trial.ts';
import type { WorkCount } from './work-count.ts';

/** A checkpoint that a training may go on from; the file is moved when it is. */
export interface CheckpointSource {
  readonly file: string;
  /** `other`: of another run, left alone unless it is the beginning of this training within its budget. */
  readonly origin: 'trial' | 'other';
}

/**
 * Train one trial up to an epoch budget. Everything it writes is under `trialFolder`; run again, it resumes after
 * the latest checkpoint there.
 */
export interface TrainJob {
  readonly kind: 'train';
  readonly trialFolder: string;
  /** For a trial folder without a checkpoint: the first whole one is gone on from. */
  readonly checkpoints: readonly CheckpointSource[];
  readonly datasetFolder: string;
  readonly settings: TrialSettings;
  readonly epochBudget: number;
  /** `cpu` keeps the child off the GPU: the last resort after running out of its memory. */
  readonly device: 'auto' | 'cpu';
  /** Run the tripwires before the first epoch; a training that resumes from a checkpoint has passed them. */
  readonly preflight: boolean;
}

export interface ModelSource {
  /** Folder with manifest.json and the two towers. */
  readonly modelFolder: string;
  /** Encoder that the model was trained with. */
  readonly encoderFile: string;
}

/** Rank the test part with the candidate, the champion (if any) and the baselines: same users, same candidates. */
export interface EvaluateJob {
  readonly kind: 'evaluate';
  readonly datasetFolder: string;
  readonly candidate: ModelSource;
  readonly champion: ModelSource | null;
  readonly relevanceThreshold: number;
  readonly seed: number;
  readonly confidence: number;
  /** The best champion of the last 12 months, where that is neither candidate nor champion. */
  readonly ancestor: ModelSource | null;
  /** Loss of NDCG@10 that is to be ruled out; null: none. */
  readonly margin: number | null;
  /** Gain that has to be exceeded; absent: 0. */
  readonly minImprovement?: number;
  readonly guards: readonly GuardConfig[];
  /** Trainings of the candidate's settings with other seeds. */
  readonly replicates?: readonly ModelSource[];
  /** What each user comes to with each model is written here, as Parquet. */
  readonly usersFile: string;
}

/** Rank one part with one model and the baselines. */
export interface EvaluateModelJob {
  readonly kind: 'evaluate_model';
  readonly datasetFolder: string;
  readonly model: ModelSource;
  readonly split: EvaluatedSplit;
  /** Least gain that counts as relevant; null: that of the model's training. */
  readonly relevanceThreshold: number | null;
  /** Of the random baseline. */
  readonly seed: number;
  /** Where the rankings go, as Parquet; null: nowhere. */
  readonly rankingsFile: string | null;
}

export type EvaluatedSplit = Exclude<SplitName, 'train'>;

export interface ComparedSource {
  /** How results and errors call it; differs between the models of a job. */
  readonly ref: string;
  readonly model: ModelSource;
}

/** Rank one part with each of several models: same users, same candidates. */
export interface CompareModelsJob {
  readonly kind: 'compare_models';
  readonly datasetFolder: string;
  /** Two or more. */
  readonly subjects: readonly ComparedSource[];
  readonly split: EvaluatedSplit;
  readonly relevanceThreshold: number;
  readonly confidence: number;
  /** Of the resamples. */
  readonly seed: number;
}

/** Rank the test part with two models, and simulate the gate on the differences between them. */
export interface CalibrateGateJob {
  readonly kind: 'calibrate_gate';
  readonly datasetFolder: string;
  readonly candidate: ComparedSource;
  readonly champion: ComparedSource;
  readonly relevanceThreshold: number;
  readonly seed: number;
  readonly gate: Required<GateConfig>;
}

/** Embed a dataset version's users and items with a model, and write the bundle that a recommender serves. */
export interface BuildBundleJob {
  readonly kind: 'build_bundle';
  readonly datasetFolder: string;
  readonly model: ModelSource;
  /** How the registry and MLflow call the model, as far as they know it. */
  readonly identity: Omit<BundledModel, 'manifest_digest'>;
  /** Where bundles lie, each in a folder named after its digest. */
  readonly bundlesFolder: string;
  /** A catalogue of more items gets an index. */
  readonly mostItemsExact: number;
}

/** Serve a candidate's bundle, and compare what it answers with what the candidate's files rank. */
export interface BlessJob extends Omit<BuildBundleJob, 'kind'> {
  readonly kind: 'bless';
  /** One that was built before; null: it is built first. */
  readonly bundleFolder: string | null;
  readonly relevanceThreshold: number;
  /** Test NDCG@10 that the gate decides on. */
  readonly evaluatedNdcg: number;
  /** Milliseconds within which 99 % of requests must be answered. */
  readonly p99BoundMs: number;
}

export interface BlessedBundle {
  readonly blessing: Blessing;
  readonly digest: string;
  readonly folder: string;
}

export type ComputeJob =
  | TrainJob
  | EvaluateJob
  | EvaluateModelJob
  | CompareModelsJob
  | CalibrateGateJob
  | BuildBundleJob
  | BlessJob;

export interface ModelEvaluation extends TestEvaluation {
  readonly report: EvaluationReport;
  readonly tensorflow: TensorflowInfo;
  readonly relevanceThreshold: number;
}

export interface EvaluateResult extends TestEvaluation {
  /** Of the candidate. */
  readonly report: EvaluationReport;
  readonly champion: EvaluationSummary | null;
  /** Why there is a champion that could not rank this dataset version; null where there is none, or where it could. */
  readonly championProblem: string | null;
  /** Paired over users, candidate - champion; null without a champion. */
  readonly ci: ConfidenceInterval | null;
  /** Of the same users; null without a champion. */
  readonly pairedTest: PairedTest | null;
  /** Of the same users; missing without a champion, and in results of earlier versions. */
  readonly details?: GateDetails;
  /** Of the difference in DCG@10; null without a champion. */
  readonly dcg: ConfidenceInterval | null;
  /** None without a champion. */
  readonly guards: readonly GuardMeasure[];
  /** null without replicates and without a champion; missing in results of earlier versions. */
  readonly seedNoise?: SeedNoise | null;
  /** null where there is none. */
  readonly ancestor: Omit<AncestorComparison, 'version' | 'run_id'> | null;
}

/** What `nvidia-smi` says of one GPU, all its programs together; null where the driver does not tell. */
export interface GpuUsage {
  /** Share of the time in which a kernel ran. */
  readonly utilizationPercent: number | null;
  readonly memoryMegabytes: number | null;
  readonly totalMemoryMegabytes: number | null;
}

/** Resource use of the child since its last message. */
export interface SystemUsage {
  readonly cpuPercent: number;
  readonly memoryMegabytes: number;
  /** Of the GPU that the child sees, added by its parent; absent off the GPU and where none is known. */
  readonly gpu?: GpuUsage;
}

export type ComputeMessage =
  /** Nothing to report except that the work continues: a parent takes a silent child for hung. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'counted'; readonly count: WorkCount }
  /** The first word of a training: digest of the training code that this process has loaded. */
  | { readonly kind: 'code'; readonly digest: string }
  | { readonly kind: 'preflight'; readonly report: PreflightReport }
  | {
      readonly kind: 'ready';
      readonly tensorflow: TensorflowInfo;
      readonly resumedFromEpoch: number | null;
      readonly history: readonly EpochRecord[];
    }
  | {
      readonly kind: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly trainLoss: number;
    }
  /** Sent after the epoch's checkpoint is safely on disk. */
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly usage: SystemUsage }
  | { readonly kind: 'trained'; readonly result: TrainingResult }
  | { readonly kind: 'stopped'; readonly result: TrainingResult | null }
  | { readonly kind: 'evaluated'; readonly result: EvaluateResult }
  | { readonly kind: 'model_evaluated'; readonly result: ModelEvaluation }
  | { readonly kind: 'models_compared'; readonly result: MeasuredComparison }
  | { readonly kind: 'calibrated'; readonly result: GateCalibration }
  | { readonly kind: 'bundle_built'; readonly result: BuiltBundle }
  | { readonly kind: 'blessed'; readonly result: BlessedBundle }
  | { readonly kind: 'failed'; readonly error: ErrorRecord };
