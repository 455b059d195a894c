/** Experiments: input, snapshot and result of the experiment workflow. */
import type { DatasetSummary } from './dataset.ts';
import type { ErrorRecord } from './errors.ts';
import type { GateVerdict } from './gate.ts';
import type { BaselineName, EvaluationSummary } from './metrics.ts';
import type { Objective, ObjectiveName } from './objective.ts';
import type { ResolvedConfig } from './resolved-config.ts';
import type { LeftOutRows, SourceIdentity } from './source-reading.ts';
import type { SweepControl } from './sweep.ts';
import type { TensorflowInfo } from './tensorflow.ts';
import type { TrialProgress, TrialView } from './trial.ts';

/** Input of the experiment workflow. Immutable for the life of the execution. */
export interface ExperimentInput {
  readonly experimentId: string;
  readonly config: ResolvedConfig;
  readonly configDigest: string;
  /** Train every trial again even where a finished one with the same digest exists. */
  readonly isFresh: boolean;
  /** Commit of the checkout that started the experiment; null outside git. */
  readonly gitCommit: string | null;
  /** Who started it; MLflow's user column. */
  readonly user: string;
  /** The database that it reads; null where it needs none, or where whoever started it named none. */
  readonly source: SourceIdentity | null;
  /** Of the Temporal database that it lives in; absent where the server does not tell. */
  readonly temporalId?: string;
  /** Id of the experiment whose config was changed to make this one's: its trials are the beginning of these. */
  readonly extends?: string;
  /** Where the execution before this one stopped, when a long history is continued as a new one. */
  readonly progress?: ExperimentProgress;
}

/** What a continued execution needs of the one before it. */
export interface ExperimentProgress {
  readonly snapshot: ExperimentSnapshot;
  /** State of the sweep; its shape belongs to the workflow. */
  readonly sweep: unknown;
  /** That of the replicates; absent before they begin. */
  readonly replicates?: unknown;
  readonly phaseStartedAtMs: number;
}

export const PHASES = [
  'prepare',
  'extract',
  'label',
  'split',
  'embed',
  'encode',
  'train',
  'evaluate',
  'register',
  'gate',
  'done',
] as const;
export type Phase = (typeof PHASES)[number];

/** All trials have ended: nothing is left to steer. */
export const isPastTraining = (phase: Phase): boolean => PHASES.indexOf(phase) > PHASES.indexOf('train');

export interface TestEvaluation {
  readonly model: EvaluationSummary;
  readonly baselines: Readonly<Partial<Record<BaselineName, EvaluationSummary>>>;
}

export interface RegisteredModel {
  readonly name: string;
  readonly version: string;
  readonly aliases: readonly string[];
}

/** What `prepare` finds out. */
export interface Opened {
  readonly parentRunId: string;
  readonly mlflowExperimentId: string;
}

/** What the phases of the data find out. */
export interface Encoded {
  readonly dataset: DatasetSummary;
}

/** The result of `train`; while it is running, the best trial so far. */
export interface Chosen {
  readonly bestTrialId: string;
  readonly tensorflow: TensorflowInfo;
}

/** What `evaluate` finds out. */
export interface Tested {
  readonly test: TestEvaluation;
}

/** What `register` finds out. */
export interface Registered {
  readonly model: RegisteredModel;
}

type NotYet<Facts> = { readonly [Key in keyof Facts]: null };

export type DataPhase = 'extract' | 'label' | 'split' | 'embed' | 'encode';

/**
 * What is known by phase: each finds out what the next ones rest on. An experiment that fails or is cancelled stays in
 * its phase, with what was known by then.
 */
export type ExperimentStage =
  | ({ readonly phase: 'prepare' } & (Opened | NotYet<Opened>) & NotYet<Encoded & Chosen & Tested & Registered>)
  | ({ readonly phase: DataPhase } & Opened & (Encoded | NotYet<Encoded>) & NotYet<Chosen & Tested & Registered>)
  | ({ readonly phase: 'train' } & Opened & Encoded & (Chosen | NotYet<Chosen>) & NotYet<Tested & Registered>)
  | ({ readonly phase: 'evaluate' } & Opened & Encoded & Chosen & (Tested | NotYet<Tested>) & NotYet<Registered>)
  | ({ readonly phase: 'register' } & Opened & Encoded & Chosen & Tested & (Registered | NotYet<Registered>))
  | ({ readonly phase: 'gate' | 'done' } & Opened & Encoded & Chosen & Tested & Registered);

/** An experiment that has ended runs until its parent run is closed: then it may have an error already. */
export type ExperimentEnding =
  | { readonly status: 'running'; readonly error: ErrorRecord | null }
  | { readonly status: 'completed'; readonly error: null }
  | { readonly status: 'failed' | 'cancelled'; readonly error: ErrorRecord };

export type ExperimentStatus = ExperimentEnding['status'];

/** Trainings of the best trial's settings with other seeds, for the gate to compare beside it. */
export interface Replicates {
  /** `gate.replicates`: trainings that the gate asks for, the best trial's own among them. */
  readonly of: number;
  /** All others; none before the best trial is chosen. */
  readonly trials: readonly TrialView[];
}

/** What an experiment shows in every phase. */
export interface ExperimentFrame {
  readonly experimentId: string;
  readonly workflowId: string;
  readonly name: string;
  /** What its trials are compared by. */
  readonly objective: Objective;
  /** Phase to seconds; the current phase is missing. */
  readonly timings: Readonly<Partial<Record<Phase, number>>>;
  readonly startedAtMs: number;
  /** The database that was read; null before that, and for sources without a server. */
  readonly source: SourceIdentity | null;
  /** What looks strange with the rows of the source, a line each. */
  readonly dataWarnings: readonly string[];
  /** Rows of the source that are in no sample; null before that is known, and in records from before it was counted. */
  readonly leftOut: LeftOutRows | null;
  readonly trials: readonly TrialView[];
  /** null without a sweep, and before its config has been understood. */
  readonly sweep: SweepControl | null;
  /** Trained after the sweep, in the phase `train`; absent where the gate asks for none. */
  readonly replicates?: Replicates;
  readonly gate: GateVerdict;
  /** What MLflow could not be told, and which runs could not be closed there, a sentence each. Absent: nothing. */
  readonly problems?: readonly string[];
}

/** Answer of the workflow's `snapshot` query, and its result once it has ended. */
export type ExperimentSnapshot = ExperimentFrame & ExperimentEnding & ExperimentStage;

/** Until then the best trial is only the best so far; an experiment that ended early has chosen none. */
export const hasChosen = ({ status, test, gate }: Pick<ExperimentSnapshot, 'status' | 'test' | 'gate'>): boolean =>
  status === 'completed' || test !== null || gate.decision !== 'not_run';

/** What a list shows of an experiment that has ended; kept in its memo, so that no worker has to be asked. */
export interface ExperimentOutcome {
  readonly trials: { readonly ended: number; readonly total: number | null };
  /** The objective of the best trial; null where none has one. */
  readonly best: number | null;
  /** What the objective is; missing in records of earlier versions. */
  readonly metric?: ObjectiveName;
  /** What the gate said at its end, and the run that has what was said since; missing in records of earlier versions. */
  readonly gate?: Pick<GateVerdict, 'decision'>;
  readonly parentRunId?: string | null;
}

/** Everything that workers train: trials, then replicates. */
export const trainingsOf = ({
  trials,
  replicates,
}: Pick<ExperimentSnapshot, 'trials' | 'replicates'>): readonly TrialView[] => [
  ...trials,
  ...(replicates?.trials ?? []),
];

/** Trials that have ended, of all that are known to come. */
export const endedTrials = ({
  trials,
  sweep,
}: Pick<ExperimentSnapshot, 'trials' | 'sweep'>): ExperimentOutcome['trials'] => ({
  ended: trials.filter(({ status }) => status !== 'pending' && status !== 'running').length,
  total: sweep?.trialCount ?? null,
});

/** Everything that an experiment's decisions rested on, kept with its parent run. */
export interface SweepFacts {
  readonly format: 1;
  readonly config: ResolvedConfig;
  readonly snapshot: ExperimentSnapshot;
}

/** A durable step of the experiment itself that has not ended. */
export interface PendingStep {
  /** Of this call of the step. */
  readonly id: string;
  /** In words: `blessing`. */
  readonly name: string;
  /** 1-based: the one at work, or the next one. */
  readonly attempt: number;
  /** null: no limit. */
  readonly mostAttempts: number | null;
  /** What the attempt before failed with; null where none has. */
  readonly lastError: string | null;
}

/** A snapshot with what only heartbeats know; what watchers show. */
export type ExperimentView = ExperimentSnapshot & {
  readonly progress: Readonly<Record<string, TrialProgress>>;
  /** What it waits for, trainings aside. Absent once it has ended, and where MLflow alone knows of it. */
  readonly steps?: readonly PendingStep[];
  /** When Temporal closed it; null while it runs. Absent where MLflow alone knows of it. */
  readonly endedAtMs?: number | null;
};

/** How long it ran, in seconds. One that ended early has no timing for the phase that it ended in. */
export const totalSeconds = ({
  phase,
  timings,
  startedAtMs,
  endedAtMs,
}: Pick<ExperimentView, 'phase' | 'timings' | 'startedAtMs' | 'endedAtMs'>): number =>
  phase === 'done' || endedAtMs == null
    ? Object.values(timings).reduce((sum, seconds) => sum + seconds, 0)
    : Math.max(0, endedAtMs - startedAtMs) / 1000;

/** When a phase began that has begun: where the one before it ended. */
export const phaseBeganAtMs = (
  { timings, startedAtMs }: Pick<ExperimentSnapshot, 'timings' | 'startedAtMs'>,
  phase: Phase,
): number =>
  PHASES.slice(0, PHASES.indexOf(phase)).reduce((sum, earlier) => sum + (timings[earlier] ?? 0) * 1000, startedAtMs);
