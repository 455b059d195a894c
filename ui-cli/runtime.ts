/** What the commands need from the rest of tt-exp. `bin/` implements it, lazily: nothing heavy loads before it is called. */

import type { ExperimentsClient, StartedExperiment } from '../client/experiments-client.ts';
import type { Environment } from '../config/env.ts';
import type { DataReport, EmbeddingReport } from '../contracts/data-report.ts';
import type { LabelRule } from '../contracts/dataset.ts';
import type {
  ExportRequest,
  ExportResult,
  GarbageReport,
  GarbageRequest,
  VersionDetails,
  VersionDiff,
  VersionEntry,
} from '../contracts/dataset-versions.ts';
import type { FilesSource } from '../contracts/experiment-config.ts';
import type { ExperimentFacts, ObjectiveCurves } from '../contracts/experiment-facts.ts';
import type { TrialExplanation } from '../contracts/explanation.ts';
import type { ParameterImportances } from '../contracts/importance.ts';
import type {
  LocalEvaluationReport,
  LocalEvaluationRequest,
  LocalTrainingEvent,
  LocalTrainingReport,
  LocalTrainingRequest,
} from '../contracts/local-model.ts';
import type { TaskQueue } from '../contracts/names.ts';
import type { OpenRunsReport } from '../contracts/open-runs.ts';
import type { Counterfactual, SweepReplay } from '../contracts/replay.ts';
import type { ReproductionReport, ReproductionRequest } from '../contracts/reproduction.ts';
import type { ResolvedConfig, ResolvedData } from '../contracts/resolved-config.ts';
import type { SourceBinding } from '../contracts/source-reading.ts';
import type { TrialParams } from '../contracts/trial.ts';
import type { ServicesReport } from './services/services-report.ts';

export interface CliIo {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** What provisioning and starting report while they go on. */
export interface ServiceProgress {
  /** temporal, mlflow, tensorflow, supervisor or a worker's name. */
  readonly part: string;
  /** wait, download, install, start, ready, … `ready` is the last one of a part; a `notice` stays on the screen. */
  readonly step: string;
  readonly message: string;
  /** 0 to 100, where it is known. */
  readonly percent?: number;
}
export type ServiceProgressSink = (event: ServiceProgress) => void;

export interface PlatformAddresses {
  readonly temporal: {
    /** host:port */
    readonly address: string;
    /** Base address of the web interface; null where nobody told us. */
    readonly uiUrl: string | null;
    readonly namespace: string;
  };
  readonly mlflow: { readonly uri: string };
}

export interface StartRequest {
  readonly config: ResolvedConfig;
  readonly configDigest: string;
  readonly isFresh: boolean;
  /** See ExperimentInput. */
  readonly extends?: string;
  /** The experiment that this one repeats or extends, and its database; without it this shell's variables name one. */
  readonly source?: SourceBinding;
}

export interface Experiments extends Omit<ExperimentsClient, 'start'> {
  /**
   * Adds commit, user and database to the request. Attaches when an equal experiment is running. Throws
   * ENVIRONMENT_INVALID where a database is needed and not named, SOURCE_MISMATCH where another one is.
   */
  start(request: StartRequest): Promise<StartedExperiment>;
}

export interface FactsReader {
  /** Throws EXPERIMENT_NOT_FOUND where neither of the two knows the experiment. */
  read(id: string): Promise<ExperimentFacts>;
  /** What each trial has shown by epoch; a trial without a run has none. */
  curves(facts: ExperimentFacts): Promise<ObjectiveCurves>;
  runTags(runId: string): Promise<Readonly<Record<string, string>>>;
}

/** Pure functions over recorded facts; loaded when they are needed. */
export interface Analysis {
  replay(facts: ExperimentFacts, curves: ObjectiveCurves): SweepReplay;
  counterfactual(facts: ExperimentFacts, changed: ResolvedConfig, curves: ObjectiveCurves): Counterfactual;
  /** null without a sweep. */
  importances(facts: ExperimentFacts): ParameterImportances | null;
  /** null where there is no such trial. */
  explain(facts: ExperimentFacts, trialId: string, curves: ObjectiveCurves): TrialExplanation | null;
}

/** A connection to running services. Whoever opens it closes it. */
export interface Platform {
  readonly experiments: Experiments;
  readonly facts: FactsReader;
  readonly addresses: PlatformAddresses;
  close(): Promise<void>;
}

export interface OpenPlatformOptions {
  /** Provision and start what is missing, local workers included. Otherwise SERVICE_UNREACHABLE when nothing runs. */
  readonly mayStart: boolean;
  readonly progress: ServiceProgressSink;
  /** Aborted by Ctrl-C and by --timeout. Throws the signal's reason, or INTERRUPTED. */
  readonly signal: AbortSignal;
}

export interface PartCheck {
  readonly part: string;
  readonly chosen: string;
  readonly version: string | null;
  readonly address: string | null;
  readonly status: 'ok' | 'warn' | 'missing';
  readonly remedy: string | null;
}

export interface DoctorFindings {
  readonly checks: readonly PartCheck[];
  /** Nothing that is needed is missing. */
  readonly isUsable: boolean;
  /** null where a server is not up. */
  readonly runs: OpenRunsReport | null;
}

export interface DoctorRequest {
  /** Closes abandoned runs; otherwise nothing is changed. */
  readonly isRepair: boolean;
  /** Ids of Temporal databases that are gone for good. */
  readonly lost: readonly string[];
}

export interface ServicesControl {
  /** Provisions and starts servers and local workers. Idempotent. */
  up(progress: ServiceProgressSink, signal: AbortSignal): Promise<PlatformAddresses>;
  down(progress: ServiceProgressSink): Promise<{ readonly stopped: readonly string[] }>;
  status(): Promise<ServicesReport>;
  /** Throws SERVICE_UNREACHABLE where it is to repair and a server is not up. */
  doctor(request: DoctorRequest): Promise<DoctorFindings>;
}

export interface WorkerRequest {
  readonly queue: TaskQueue;
  readonly slots: number;
  /** Aborted by Ctrl-C and SIGTERM: ends gracefully. */
  readonly signal: AbortSignal;
  readonly progress: ServiceProgressSink;
  readonly onReady: () => void;
}

export interface GenerateDataRequest {
  readonly users: number;
  readonly startups: number;
  readonly interactions: number;
  readonly seed: number;
  /** Absolute. */
  readonly folder: string;
  readonly format: 'parquet' | 'csv';
  /** Replaces files of the same names. */
  readonly isForced: boolean;
}

export interface GeneratedFiles {
  readonly folder: string;
  readonly files: readonly string[];
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
}

/** Dataset versions of the home. A version is named by its id, or by a beginning that only one has. */
export interface DataVersions {
  /** Newest first, damaged ones among them. */
  list(): Promise<readonly VersionEntry[]>;
  /** Throws DATASET_NOT_FOUND, and DATASET_CORRUPT where there is no manifest. */
  describe(request: { readonly version: string; readonly isVerified: boolean }): Promise<VersionDetails>;
  diff(request: { readonly a: string; readonly b: string; readonly signal: AbortSignal }): Promise<VersionDiff>;
  exportSamples(request: ExportRequest): Promise<ExportResult>;
  collectGarbage(request: GarbageRequest): Promise<GarbageReport>;
}

/** Work on a config's source in this process: no server and no worker is needed. */
export interface SourceRequest {
  /** Its paths are absolute. */
  readonly data: ResolvedData;
  readonly seed: number;
  /** Where a part must be fetched first: a text encoder, an extension of the database. */
  readonly progress: ServiceProgressSink;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}

export interface EmbedRequest extends SourceRequest {
  /** Distinct texts done, of which `cached` were known before. */
  readonly onTexts: (done: number, total: number, cached: number) => void;
  /** Aborted: what was done is kept. Throws INTERRUPTED. */
  readonly signal: AbortSignal;
}

/** What the columns of a file of interactions were taken for. */
export interface GuessedInteractions {
  readonly source: FilesSource;
  readonly ignoredTypes: readonly string[];
  /** Of types that the default table does not have. */
  readonly labels: Readonly<Record<string, LabelRule>>;
  readonly notes: readonly string[];
}

/** Training and evaluation by this command itself: no Temporal and no worker is needed. */
export interface LocalWork {
  readonly progress: ServiceProgressSink;
  readonly log: SourceRequest['log'];
  /** Aborted: what was done is kept. Throws the signal's reason. */
  readonly signal: AbortSignal;
}

export interface ExperimentPlan {
  /** Those whose parameters are known before anything has run. */
  readonly trials: readonly { readonly trialId: string; readonly params: TrialParams }[];
  readonly total: number;
  /** Epochs at which the scheduler looks at trials, the last one their most; one list for each kind of trial. */
  readonly rungs: readonly (readonly number[])[];
  readonly data: {
    readonly source: string;
    /** null where only reading the source tells. */
    readonly size: {
      readonly users: number;
      readonly items: number;
      readonly engagements: number;
      readonly samples: { readonly low: number; readonly high: number };
    } | null;
    readonly featureDims: { readonly user: number | null; readonly item: number | null };
  };
  /** What will not go as the config reads: one sentence each. */
  readonly notes: readonly string[];
}

export interface CliRuntime {
  readonly version: string;
  readonly io: CliIo;
  /** Throws ENVIRONMENT_INVALID. Called only by commands that need it, so that --help always works. */
  environment(): Environment;
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `listener` on every SIGINT instead of ending the process, until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  /** The same for SIGTERM. */
  onTerminate(listener: () => void): () => void;
  openPlatform(options: OpenPlatformOptions): Promise<Platform>;
  analysis(): Promise<Analysis>;
  /** What a config would do; starts nothing. Throws SPACE_EMPTY. */
  planExperiment(config: ResolvedConfig): Promise<ExperimentPlan>;
  /** Throws USAGE where files would be replaced unasked. */
  generateData(request: GenerateDataRequest): Promise<GeneratedFiles>;
  dataVersions(): Promise<DataVersions>;
  checkData(request: SourceRequest): Promise<DataReport>;
  embedData(request: EmbedRequest): Promise<EmbeddingReport>;
  /** `file` is absolute, `columns` are of a file without a header. Throws SOURCE_NOT_FOUND, DATA_INVALID. */
  guessInteractions(file: string, columns: readonly string[] | null): Promise<GuessedInteractions>;
  trainModel(
    request: LocalTrainingRequest & LocalWork & { readonly onEvent: (event: LocalTrainingEvent) => void },
  ): Promise<LocalTrainingReport>;
  evaluateModel(request: LocalEvaluationRequest & LocalWork): Promise<LocalEvaluationReport>;
  /** Keeps nothing of an aborted training. */
  reproduceTraining(
    request: ReproductionRequest & LocalWork & { readonly onEvent: (event: LocalTrainingEvent) => void },
  ): Promise<ReproductionReport>;
  /** Serves one queue until the signal aborts. */
  runWorker(request: WorkerRequest): Promise<void>;
  readonly services: ServicesControl;
}
