/**
 * What activities need from the other rooms. `bin/` wires the real parts. Every method is idempotent: called again
 * with the same arguments it finds its earlier result. Errors are TtExpError; an AbortSignal rejects with its reason.
 */

import type { EmbeddingReport } from '../contracts/data-report.ts';
import type { DataRequest, ExtractResult, LabelResult, SplitResult } from '../contracts/data-stages.ts';
import type { DatasetSummary } from '../contracts/dataset.ts';
import type { SweepFacts } from '../contracts/experiment.ts';
import type { DecidedVerdict } from '../contracts/gate.ts';
import type { VerdictFacts } from '../contracts/gate-details.ts';
import type { EpochRecord } from '../contracts/metrics.ts';
import type { NotificationOutcome } from '../contracts/notification.ts';
import type { OnlineExperiment } from '../contracts/online-experiment.ts';
import type { MeasuredOnline, MeasureOnlineRequest } from '../contracts/online-steps.ts';
import type { LoggedModelSpec, ModelVersionRecord, RegisteredModelRecord } from '../contracts/registered-models.ts';
import type { HistoryPoint, MetricPoint, RunQuery, RunRecord, RunSpec, RunStatus } from '../contracts/runs.ts';
import type { NotifyRequest, TrainTrialResult } from '../contracts/steps.ts';
import type { TestPart } from '../contracts/test-part-looks.ts';
import type {
  BlessedBundle,
  BlessJob,
  ComputeMessage,
  EvaluateJob,
  EvaluateResult,
  SystemUsage,
  TrainJob,
} from '../contracts/trainer.ts';
import type { CountSink } from '../contracts/work-count.ts';

export interface EmbedTextsOptions {
  /** Distinct texts done. */
  readonly progress?: CountSink;
  readonly signal?: AbortSignal;
}

/** Each stage first makes sure that the stages before it exist on this host. */
export interface DatasetPort {
  extract(request: DataRequest): Promise<ExtractResult>;
  label(request: DataRequest): Promise<LabelResult>;
  split(request: DataRequest): Promise<SplitResult>;
  /** Goes on where an interrupted call ended. */
  embed(
    request: DataRequest,
    options: EmbedTextsOptions,
  ): Promise<Pick<EmbeddingReport, 'encoder' | 'computed' | 'cached'>>;
  encode(request: DataRequest): Promise<DatasetSummary>;
  /** Folder of a finished version on this host, or null. */
  findLocal(version: string): Promise<string | null>;
  /** Where a fetched version goes: `receive` fills an empty temporary folder, then the folder is verified and published by rename. */
  adopt(version: string, receive: (folder: string) => Promise<void>): Promise<string>;
  /** Of a finished version on this host. */
  readTestPart(version: string): Promise<TestPart>;
}

export interface TrackingPort {
  /**
   * The same server, with `guard` before every request that may write, retries included. What it throws ends the call,
   * and nothing is sent.
   */
  guardedBy(guard: () => Promise<void>): Omit<TrackingPort, 'guardedBy'>;
  /** Its id. One that was deleted is refused (UPSTREAM_REJECTED), or restored with its runs. */
  ensureExperiment(name: string, options?: { readonly ifDeleted?: 'refuse' | 'restore' }): Promise<string>;
  /** Gives an experiment its description where it has none: what a person wrote stays. */
  describeExperiment(experimentId: string, text: string): Promise<void>;
  ensureRun(spec: RunSpec): Promise<string>;
  getRun(runId: string): Promise<RunRecord>;
  /** Newest first. */
  findRuns(query: RunQuery): Promise<readonly RunRecord[]>;
  /** By ascending step, the last value of each; empty where the metric was never logged. */
  metricHistory(runId: string, key: string): Promise<readonly HistoryPoint[]>;
  /** One log-batch with the epoch's metrics and `system/` metrics; step = epoch, timestamp = record.finishedAtMs. */
  logEpoch(runId: string, record: EpochRecord, usage: SystemUsage | null): Promise<void>;
  /** The same of epochs that an earlier attempt has trained, without usage, in few calls. */
  logEpochs(runId: string, records: readonly EpochRecord[]): Promise<void>;
  logMetrics(runId: string, points: readonly MetricPoint[]): Promise<void>;
  /** Texts beyond MLflow's limits are cut, here and in tags, with the whole among the run's artifacts. */
  logParams(runId: string, params: Readonly<Record<string, string>>): Promise<void>;
  setTags(runId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  logDatasetInput(runId: string, dataset: DatasetSummary, context: 'training' | 'validation' | 'test'): Promise<void>;
  finishRun(runId: string, status: Exclude<RunStatus, 'RUNNING'>, endTimeMs: number): Promise<void>;
  putArtifactFile(runId: string, path: string, file: string): Promise<void>;
  putArtifactText(runId: string, path: string, text: string): Promise<void>;
  /** Writes the artifact to `file` (temporary name, then rename). False when there is no such artifact. */
  getArtifactFile(runId: string, path: string, file: string): Promise<boolean>;
  /** One that is not there is as good as deleted. */
  deleteArtifact(runId: string, path: string): Promise<void>;
  /** null when there is no such artifact. */
  getArtifactText(runId: string, path: string): Promise<string | null>;
  /** Every file below `path`, relative to it. */
  listArtifacts(runId: string, path: string): Promise<readonly string[]>;
  /** LoggedModel of a run, created once, READY when it returns. */
  ensureLoggedModel(spec: LoggedModelSpec): Promise<{ readonly modelId: string }>;
  /** The version of `name` made from `runId`, created once. */
  ensureModelVersion(spec: {
    name: string;
    runId: string;
    modelId: string;
    tags: Readonly<Record<string, string>>;
    description?: string;
  }): Promise<ModelVersionRecord>;
  /** Changes the description as it stands by now; writes nothing where that comes to the same, or to more than fits. */
  editVersionDescription(name: string, version: string, edit: (text: string) => string): Promise<void>;
  /** Throws UPSTREAM_REJECTED when there is no such version. */
  getVersion(name: string, version: string): Promise<ModelVersionRecord>;
  findByAlias(name: string, alias: string): Promise<ModelVersionRecord | null>;
  setAlias(name: string, alias: string, version: string): Promise<void>;
  /** One that is not there is as good as deleted. */
  deleteAlias(name: string, alias: string): Promise<void>;
  /** Id of the experiment; null when there is no such one. */
  findExperiment(name: string): Promise<string | null>;
  /** null when there is no such model. */
  findModel(name: string): Promise<RegisteredModelRecord | null>;
  /** Of a model; none when there is no such model. */
  versionsOf(name: string): Promise<readonly string[]>;
  /** Texts beyond what every MLflow takes are cut. Throws UPSTREAM_REJECTED when there is no such version. */
  setVersionTags(name: string, version: string, tags: Readonly<Record<string, string>>): Promise<void>;
  setModelTags(name: string, tags: Readonly<Record<string, string>>): Promise<void>;
}

/** Starts the compute child process, one per job, with the slot's device and thread settings. */
export interface ComputePort {
  /** Of the processor, for one job. */
  readonly threads: number;
  /** `signal` ends it at once, `stopSignal` after the epoch that runs; that too rejects when it takes too long. */
  train(
    job: TrainJob,
    onMessage: (message: ComputeMessage) => void,
    signals: { readonly signal: AbortSignal; readonly stopSignal?: AbortSignal },
  ): Promise<TrainTrialResult>;
  evaluate(job: EvaluateJob, signal: AbortSignal): Promise<EvaluateResult>;
  /** Serves a candidate's bundle in a process of its own, which ends with this call. */
  bless(job: BlessJob, signal: AbortSignal): Promise<BlessedBundle>;
}

/** The server's knowledge of which attempt of a step is the current one. */
export interface AttemptPort {
  /**
   * Heartbeats for the attempt, `details` with it, and waits for the answer: false when another attempt has taken its
   * place, or the step is over. Throws SERVICE_UNREACHABLE when there is no answer.
   */
  confirm(taskToken: Uint8Array, details: unknown): Promise<boolean>;
}

/** Pictures and pages, made of nothing but facts. */
export interface ReportPort {
  /** A whole HTML document. */
  verdictPage(facts: VerdictFacts): string;
  /**
   * The markdown of a model version, with a link to the page of its verdict among the artifacts of a run: in place of the
   * link to an earlier one, whatever else has been written there.
   */
  linkVerdict(text: string, verdict: DecidedVerdict, run: Pick<RunRecord, 'runId' | 'experimentId'>): string;
  /** Of a sweep: path among the parent run's artifacts to content. */
  render(facts: SweepFacts): readonly { readonly path: string; readonly text: string }[];
  /** What the parent run's own page shows. */
  summarise(facts: SweepFacts): {
    /** Markdown. */
    readonly note: string;
    readonly params: Readonly<Record<string, string>>;
    readonly metrics: Readonly<Record<string, number>>;
  };
}

/** Experiments online, as the servers of this worker's home know them. */
export interface OnlinePort {
  /** One at a time for each model: returns the definition that is there afterwards, another one where somebody came first. */
  define(experiment: OnlineExperiment): Promise<OnlineExperiment>;
  /** null: there is none. */
  defined(model: string): Promise<OnlineExperiment | null>;
  /** Another one stays. */
  remove(experiment: OnlineExperiment): Promise<void>;
  /** From the servers' logs, as of now. Throws MODEL_NOT_LOADING where no bundle tells which events count. */
  measure(request: MeasureOnlineRequest): Promise<MeasuredOnline>;
}

/** Never rejects, and neither logs nor returns the address that `urlEnv` names. */
export interface NotificationPort {
  send(urlEnv: string, notification: NotifyRequest['notification']): Promise<NotificationOutcome>;
}
