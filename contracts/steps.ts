/** Arguments and results of the durable steps (activities). Small: bulk data is named by version, run id or digest. */

import type { DatasetSummary } from './dataset.ts';
import type { SweepFacts, TestEvaluation } from './experiment.ts';
import type { GateConfig, GuardConfig } from './experiment-config.ts';
import type {
  AncestorComparison,
  ChampionStandIn,
  ConfidenceInterval,
  GateSide,
  GateVerdict,
  GuardMeasure,
  PairedTest,
  SeedNoise,
} from './gate.ts';
import type { TestDigests } from './ledger.ts';
import type { Notification } from './notification.ts';
import type { ObjectiveName } from './objective.ts';
import type { ResolvedConfig } from './resolved-config.ts';
import type { KnownReport } from './rungs.ts';
import type { LeftOutRows, SourceIdentity } from './source-reading.ts';
import type { TrainJob } from './trainer.ts';
import type { LoggedTraining, TrainingResult, TrialParams, TrialSettings } from './trial.ts';

/** Who and what an MLflow run belongs to; the same for all runs of one experiment execution. */
export interface Provenance {
  readonly experimentId: string;
  readonly workflowId: string;
  /** Temporal run id of the experiment workflow: tells repeated executions of one config apart. */
  readonly executionId: string;
  readonly configDigest: string;
  readonly gitCommit: string | null;
  readonly user: string;
  /** See ExperimentInput. */
  readonly temporalId?: string;
}

export interface OpenExperimentRequest {
  readonly provenance: Provenance;
  readonly config: ResolvedConfig;
  /** Id of the experiment that this one extends, with more trials or epochs. */
  readonly extends?: string;
  readonly startTimeMs: number;
}

export interface OpenExperimentResult {
  readonly mlflowExperimentId: string;
  readonly parentRunId: string;
}

export interface PublishDatasetRequest {
  readonly provenance: Provenance;
  readonly dataset: DatasetSummary;
  /** The database that was read; null for sources without a server. */
  readonly source: SourceIdentity | null;
  readonly leftOut: LeftOutRows;
  readonly parentRunId: string;
  readonly timestampMs: number;
}

export interface OpenTrialRequest {
  readonly provenance: Provenance;
  readonly mlflowExperimentId: string;
  readonly parentRunId: string;
  readonly trialId: string;
  /** Trial whose settings are trained again with another seed; absent: it is a trial of its own. */
  readonly replicateOf?: string;
  /** 1, and one more for each time the trial is tried again: each has a run of its own. */
  readonly attempt: number;
  readonly params: TrialParams;
  readonly settings: TrialSettings;
  readonly dataset: DatasetSummary;
  /** Epoch budgets at which the trial would report, ascending. */
  readonly rungs: readonly number[];
  readonly metric: ObjectiveName;
  /** Take what an equal trial has shown instead of training. */
  readonly mayReuse: boolean;
  readonly startTimeMs: number;
}

export type OpenTrialResult =
  /** An equal trial has been here: what it showed at each rung that it reached. Trained on only beyond them. */
  | {
      readonly kind: 'known';
      readonly runId: string;
      readonly result: TrainingResult;
      readonly reports: readonly KnownReport[];
    }
  | {
      readonly kind: 'open';
      readonly runId: string;
      /** Of the training code that the trial was opened with; whoever trains it must have the same. */
      readonly codeDigest: string;
      /** A run that is the beginning of this one, and shows nothing at its rungs yet. */
      readonly warmStartRunId: string | null;
    };

/** Called again for the same run with a larger budget, it continues where it ended. */
export interface TrainTrialRequest {
  readonly runId: string;
  /** Place of this call among those that train the run one after the other, from 1: later ones go on from earlier ones. */
  readonly call: number;
  readonly settings: TrialSettings;
  readonly datasetVersion: string;
  /** Epochs in all when this call ends; at most `settings.training.num_epochs`, the full length. */
  readonly epochBudget: number;
  readonly device: TrainJob['device'];
  readonly preflight: boolean;
  /** A worker with another training code refuses: WORKER_OUTDATED. */
  readonly codeDigest: string;
  /** Run whose checkpoint to go on from where this one has none yet, if it is the beginning of the same training. */
  readonly warmStart?: { readonly runId: string };
}

/** Stopped: on request, after the running epoch; null when no epoch has ended at all. */
export type TrainTrialResult =
  | { readonly kind: 'trained'; readonly result: TrainingResult }
  | { readonly kind: 'stopped'; readonly result: TrainingResult | null };

export interface CloseTrialRequest {
  readonly runId: string;
  readonly status: 'FINISHED' | 'FAILED' | 'KILLED';
  readonly trialStatus: 'completed' | 'pruned' | 'failed' | 'cancelled';
  /** Epochs after which the training would have ended by itself at the latest. */
  readonly epochLimit: number;
  readonly result: TrainingResult | null;
  /** The run says by it how good its trial is, beside NDCG@10. Missing in requests of earlier versions. */
  readonly metric?: ObjectiveName;
  readonly tags: Readonly<Record<string, string>>;
  readonly endTimeMs: number;
}

export interface CloseTrialResult {
  /** Of a trial that is closed without a result; null where its run has no epoch. */
  readonly logged: LoggedTraining | null;
}

export interface EvaluateBestRequest {
  readonly runId: string;
  readonly datasetVersion: string;
  readonly modelName: string;
  readonly relevanceThreshold: number;
  readonly seed: number;
  readonly confidence: number;
  /** Loss that is to be ruled out, against the best champion of the last 12 months as well; null: neither. */
  readonly margin?: number | null;
  /** Gain that has to be exceeded; missing in requests of earlier versions, and with a margin 0. */
  readonly minImprovement?: number;
  /** Missing in requests of earlier versions, as is the margin. */
  readonly guards?: readonly GuardConfig[];
  /** Runs that trained the candidate's settings with other seeds. */
  readonly replicateRunIds?: readonly string[];
  readonly timestampMs: number;
  /** To be evaluated in place of the champion, if that is still this version. */
  readonly standIn?: { readonly version: string } & ChampionStandIn;
  /**
   * Version to be held against, whoever is champion by now; null: none. Nothing is written then: the run keeps what it
   * says of its own gate.
   */
  readonly against?: string | null;
}

export interface ReadAdoptedRequest {
  readonly modelName: string;
  readonly version: string;
  readonly against: string | null;
}

export type ReadAdoptedResult =
  /** What it takes to evaluate the version. */
  | {
      readonly kind: 'known';
      readonly runId: string;
      readonly datasetVersion: string;
      readonly settings: FoundGate;
    }
  /** Why it cannot be evaluated. */
  | { readonly kind: 'none'; readonly reason: string };

/** What an experiment's config says of its gate. */
export interface RecordedGate {
  readonly gate: Required<GateConfig>;
  readonly relevanceThreshold: number;
  readonly seed: number;
}

export interface FoundGate extends RecordedGate {
  /** None was recorded that can be read; absent in results of earlier versions. */
  readonly isDefault?: boolean;
}

export interface NoteByHandRequest {
  readonly modelName: string;
  readonly version: string;
  readonly text: string;
}

export interface ReadChampionSettingsRequest {
  readonly modelName: string;
  readonly version: string;
}

export type ReadChampionSettingsResult =
  | { readonly kind: 'recorded'; readonly settings: TrialSettings }
  /** Why they are not to be had. */
  | { readonly kind: 'none'; readonly reason: string };

export interface EvaluateBestResult {
  readonly test: TestEvaluation;
  readonly champion: GateSide | null;
  readonly ci: ConfidenceInterval | null;
  /** null without a champion that was evaluated. Missing in results of earlier versions, as are the next three. */
  readonly pairedTest?: PairedTest | null;
  /** Of the difference in DCG@10. */
  readonly dcg?: ConfidenceInterval | null;
  readonly guards?: readonly GuardMeasure[];
  readonly seedNoise?: SeedNoise | null;
  /** null where nobody asked for one, and where there is none but the champion. */
  readonly ancestor?: AncestorComparison | null;
  /** Version that was champion then, evaluated or not; null: there was none. */
  readonly comparedWith: string | null;
  /** Why that champion could not be evaluated on this dataset version. */
  readonly championProblem: string | null;
  /** What was evaluated in place of that champion; null: nothing. Missing in results of earlier versions. */
  readonly championStandIn?: ChampionStandIn | null;
  /** Of what the candidate's run has of it; absent where nothing was recorded, and in results of earlier versions. */
  readonly testDigests?: TestDigests;
}

export interface RegisterModelRequest {
  readonly provenance: Provenance;
  readonly mlflowExperimentId: string;
  readonly runId: string;
  readonly trialId: string;
  readonly modelName: string;
  readonly datasetVersion: string;
  readonly featureDims: DatasetSummary['feature_dims'];
  readonly bestEpoch: number;
  /** Of the version, as markdown. */
  readonly description: string;
}

export interface BlessCandidateRequest {
  /** Of the candidate. */
  readonly runId: string;
  readonly modelName: string;
  readonly version: string;
  readonly datasetVersion: string;
  readonly relevanceThreshold: number;
  /** Test NDCG@10 that the gate decides on. */
  readonly evaluatedNdcg: number;
  readonly p99BoundMs: number;
  readonly timestampMs: number;
}

export interface RecordVerdictRequest {
  readonly parentRunId: string;
  /** Of the candidate. */
  readonly runId: string;
  readonly verdict: GateVerdict;
  /** Missing in requests of earlier versions: their verdicts have no page. */
  readonly modelName?: string;
  /** When it was decided; missing in requests of earlier versions. */
  readonly timestampMs?: number;
}

export interface NotifyRequest {
  /** Environment variable of the worker that holds the address. */
  readonly urlEnv: string;
  /** The worker knows the addresses of the servers. */
  readonly notification: Omit<Notification, 'urls'>;
}

export interface PublishSweepRequest {
  readonly parentRunId: string;
  readonly facts: SweepFacts;
  readonly timestampMs: number;
}

export interface CloseExperimentRequest {
  readonly parentRunId: string;
  readonly status: 'FINISHED' | 'FAILED' | 'KILLED';
  readonly tags: Readonly<Record<string, string>>;
  readonly endTimeMs: number;
}
