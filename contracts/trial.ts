/** Trials: one hyperparameter setting, trained and validated. */
import type { ErrorRecord } from './errors.ts';
import type { ModelConfig, TrainingConfig } from './experiment-config.ts';
import type { EpochRecord, EvaluationSummary } from './metrics.ts';
import type { RungReport } from './rungs.ts';
import type { Precision, TensorflowInfo } from './tensorflow.ts';

export type ParameterValue = number | string | boolean | readonly number[];
/** Dotted config key ("training.learning_rate") to value: what distinguishes a trial from its siblings. */
export type TrialParams = Readonly<Record<string, ParameterValue>>;

/** Everything that determines a trial's result, given the code. */
export interface TrialSettings {
  readonly seed: number;
  readonly model: Required<ModelConfig>;
  readonly training: Omit<Required<TrainingConfig>, 'preflight'>;
  readonly relevanceThreshold: number;
}

/** What training one trial yields. */
export interface TrainingResult {
  readonly bestEpoch: number;
  /** Epochs trained in all, resumed ones included. */
  readonly epochs: number;
  /** Validation metrics of the best epoch. */
  readonly validation: EvaluationSummary;
  readonly bestValLoss: number;
  /** Training seconds, summed over epochs. */
  readonly seconds: number;
  /** Last finished epoch found in a checkpoint when this attempt started; null when it started afresh. */
  readonly resumedFromEpoch: number | null;
  readonly tensorflow: TensorflowInfo;
  /** What it was trained in, whatever the settings ask for. */
  readonly precision: Precision;
  /** Digest of the best model's files. */
  readonly modelDigest: string;
}

/** What the run of a training has, however it ended: enough to show how far it came, not to choose it. */
export interface LoggedTraining extends Pick<TrainingResult, 'bestEpoch' | 'epochs'> {
  /** NDCG@10 and the objective, of the best epoch. */
  readonly validation: Readonly<Partial<EvaluationSummary>>;
}

/** How fast a training process works, by its worker's monotonic clock. */
export interface TrainingPace {
  /** Of its latest epochs, their evaluation and checkpoint included; the first epoch of a process does not count. */
  readonly epochSeconds: number;
  /** Of all its epochs: a machine that is busy for a while does not slow down all that is left. Missing from workers of earlier versions. */
  readonly usualEpochSeconds?: number;
  /** What it took before its first epoch, and that epoch beyond any other: loading, tripwires, compiling. */
  readonly setupSeconds: number;
}

/** Progress of a running trial: heartbeat details of the training activity. */
export interface TrialProgress {
  readonly epoch: number;
  /** Of this training process: the next rung. */
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  readonly trainLoss: number | null;
  readonly last: EpochRecord | null;
  /** At the best epoch so far; missing from workers of earlier versions. */
  readonly best?: EvaluationSummary | null;
  readonly resumedFromEpoch: number | null;
  /** null before two epochs have ended in this process; missing from workers of earlier versions. */
  readonly pace?: TrainingPace | null;
}

interface TrialFrame {
  readonly trialId: string;
  readonly params: TrialParams;
  /** Epochs after which it ends at the latest: its last rung. Missing in facts of earlier versions. */
  readonly epochLimit?: number;
  readonly workflowId: string;
  readonly error: ErrorRecord | null;
  /** What it showed at the rungs of the scheduler, the last one included. */
  readonly reports: readonly RungReport[];
  /** Why it was pruned, or stopped before its end; null for all others. */
  readonly reason: string | null;
  /** `runId` is the run of an earlier, equal trial. */
  readonly isReused: boolean;
  /** 1, and one more for each time it was tried again. */
  readonly attempt: number;
}

/** Ended with something to show. */
export const FINISHED_STATUSES = ['completed', 'cached', 'pruned'] as const;

/** What selection chooses from. */
export interface FinishedTrial extends TrialFrame {
  readonly status: (typeof FINISHED_STATUSES)[number];
  readonly runId: string;
  readonly result: TrainingResult;
  /** The objective at its best epoch; of a reused trial as far as it was needed. */
  readonly value: number;
}

export interface UnfinishedTrial extends TrialFrame {
  readonly status: 'pending' | 'running' | 'failed' | 'cancelled';
  /**
   * Of a running trial: a worker trains it or is to train it. Otherwise it waits at a rung, for a slot, or is paused.
   * Missing from workers of earlier versions.
   */
  readonly isInFlight?: boolean;
  readonly runId: string | null;
  readonly result: TrainingResult | null;
  /** Of one that ended without the result of its last epochs. Missing from workers of earlier versions. */
  readonly logged?: LoggedTraining | null;
  /** The objective, once there is any: of its best epoch so far. */
  readonly value: number | null;
}

/** A trial as snapshots and results show it. */
export type TrialView = FinishedTrial | UnfinishedTrial;

export type TrialStatus = TrialView['status'];

/** What there is to show of a training, whether or not it may be chosen; null before its first epoch has ended. */
export const shownTraining = (trial: TrialView): LoggedTraining | null => {
  const { result } = trial;
  const logged = 'logged' in trial ? (trial.logged ?? null) : null;
  return logged !== null && logged.epochs > (result?.epochs ?? 0) ? logged : result;
};
