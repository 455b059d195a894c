/** The JSON object that `--json` prints. Its keys are a contract with scripts: add, never rename. */
import type { DatasetSummary } from '../../contracts/dataset.ts';
import type { ErrorRecord } from '../../contracts/errors.ts';
import { type ExperimentView, type Phase, type RegisteredModel, totalSeconds } from '../../contracts/experiment.ts';
import { GATE_NOT_RUN, type GateVerdict, type VerdictSince } from '../../contracts/gate.ts';
import type { BaselineName, EvaluationSummary } from '../../contracts/metrics.ts';
import type { RungReport } from '../../contracts/rungs.ts';
import type { ServiceAddresses } from '../../contracts/services.ts';
import type { LeftOutRows, SourceIdentity } from '../../contracts/source-reading.ts';
import type { SweepControl, SweepHalt } from '../../contracts/sweep.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import {
  shownTraining,
  type TrialParams,
  type TrialProgress,
  type TrialStatus,
  type TrialView,
} from '../../contracts/trial.ts';

export interface TrialSummary {
  readonly trial_id: string;
  readonly run_id: string | null;
  readonly status: TrialStatus;
  readonly params: TrialParams;
  readonly best_epoch: number | null;
  /** Epochs trained, resumed ones included. */
  readonly epochs: number;
  /** Validation metrics of the best epoch and its loss; without a result no more than NDCG@10 and the objective. */
  readonly val: Readonly<Partial<EvaluationSummary & { readonly loss: number }>>;
  /** Training seconds. */
  readonly seconds: number | null;
  readonly resumed_from_epoch: number | null;
  /** What it showed at the rungs of the scheduler, by ascending epoch, in the order of arrival over all trials. */
  readonly reports: readonly RungReport[];
  /** Why it was pruned, or stopped before its end. */
  readonly reason: string | null;
  /** Its run is that of an earlier, equal trial. */
  readonly reused: boolean;
  /** 1, and one more for each time it was tried again. */
  readonly attempt: number;
  readonly error: ErrorRecord | null;
}

export interface SweepSummary {
  readonly paused: boolean;
  readonly max_parallel: number;
  /** Why no further trial begins although some are left. */
  readonly halt: SweepHalt | null;
  /** null while that depends on what is proposed. */
  readonly trial_count: number | null;
}

export interface ExperimentSummary {
  readonly experiment_id: string | null;
  readonly workflow_id: string | null;
  readonly status: 'completed' | 'failed' | 'cancelled' | 'detached';
  readonly dataset:
    | (Omit<DatasetSummary, 'users' | 'items' | 'text_encoder'> & {
        /** The database that was read; null for sources without a server. */
        readonly source: SourceIdentity | null;
        /** Rows of the source that are in no sample. */
        readonly left_out: LeftOutRows | null;
        /** What looks strange with the rows, a line each. */
        readonly warnings: readonly string[];
      })
    | null;
  readonly trials: readonly TrialSummary[];
  /** Trainings of the best trial's settings with other seeds, for the gate. */
  readonly replicates: readonly TrialSummary[];
  /** null for an experiment without a sweep. */
  readonly sweep: SweepSummary | null;
  readonly best: { readonly trial_id: string; readonly run_id: string | null } | null;
  readonly test: {
    readonly model: EvaluationSummary;
    readonly baselines: Readonly<Partial<Record<BaselineName, EvaluationSummary>>>;
  } | null;
  readonly gate: GateVerdict;
  /** As it stands now, where anything became of the candidate since; else null. */
  readonly gate_since: VerdictSince | null;
  readonly model: RegisteredModel | null;
  /** Base addresses. */
  readonly urls: { readonly mlflow: string | null; readonly temporal: string | null };
  /** Finished phases to seconds; in all, with the phase that an experiment ended in early. */
  readonly timings: Readonly<Partial<Record<Phase | 'total', number>>>;
  readonly tensorflow: TensorflowInfo | null;
  readonly error: ErrorRecord | null;
  /** What MLflow could not be told, and which runs could not be closed there, a sentence each. */
  readonly problems: readonly string[];
}

/** What is known when there is no view: how far the command came. */
export interface SummaryFrame {
  readonly experimentId: string | null;
  readonly workflowId: string | null;
  /** Of the command, where it differs from the experiment's: a running experiment that nobody watches any more. */
  readonly status: ExperimentSummary['status'];
  readonly addresses: ServiceAddresses | null;
  readonly since?: VerdictSince | null;
  readonly error: ErrorRecord | null;
}

export const summariseTrial = (trial: TrialView, progress: TrialProgress | undefined): TrialSummary => {
  const { result } = trial;
  const training = shownTraining(trial);
  return {
    trial_id: trial.trialId,
    run_id: trial.runId,
    status: trial.status,
    params: trial.params,
    best_epoch: training?.bestEpoch ?? null,
    epochs: training?.epochs ?? progress?.last?.epoch ?? 0,
    val: { ...training?.validation, ...(result === null || training !== result ? {} : { loss: result.bestValLoss }) },
    seconds: result?.seconds ?? null,
    resumed_from_epoch: result?.resumedFromEpoch ?? progress?.resumedFromEpoch ?? null,
    reports: trial.reports,
    reason: trial.reason,
    reused: trial.isReused,
    attempt: trial.attempt,
    error: trial.error,
  };
};

export const summariseSweep = (sweep: SweepControl | null): SweepSummary | null =>
  sweep === null
    ? null
    : { paused: sweep.isPaused, max_parallel: sweep.maxParallel, halt: sweep.halt, trial_count: sweep.trialCount };

export const summariseDataset = ({
  dataset,
  source,
  leftOut,
  dataWarnings,
}: Pick<ExperimentView, 'dataset' | 'source' | 'leftOut' | 'dataWarnings'>): ExperimentSummary['dataset'] => {
  if (dataset === null) {
    return null;
  }
  const { users: _, items: __, text_encoder: ___, ...rest } = dataset;
  return { ...rest, source, left_out: leftOut, warnings: dataWarnings };
};

const bestOf = (view: ExperimentView): ExperimentSummary['best'] => {
  const best = view.trials.find(({ trialId }) => trialId === view.bestTrialId);
  return best === undefined ? null : { trial_id: best.trialId, run_id: best.runId };
};

/** Pure. Every key is always there. */
export const summarise = (view: ExperimentView | null, frame: SummaryFrame): ExperimentSummary => {
  const { addresses } = frame;
  return {
    experiment_id: frame.experimentId,
    workflow_id: frame.workflowId,
    status: frame.status,
    dataset: view === null ? null : summariseDataset(view),
    trials: view?.trials.map((trial) => summariseTrial(trial, view.progress[trial.trialId])) ?? [],
    replicates: view?.replicates?.trials.map((trial) => summariseTrial(trial, view.progress[trial.trialId])) ?? [],
    sweep: summariseSweep(view?.sweep ?? null),
    best: view === null ? null : bestOf(view),
    test: view?.test ?? null,
    gate: view?.gate ?? GATE_NOT_RUN,
    gate_since: frame.since ?? null,
    model: view?.model ?? null,
    urls: {
      mlflow: addresses?.mlflow.uri ?? null,
      temporal: addresses === null ? null : (addresses.temporal.uiUrl ?? addresses.temporal.address),
    },
    timings: view === null ? {} : { ...view.timings, total: totalSeconds(view) },
    tensorflow: view?.tensorflow ?? null,
    error: frame.error ?? view?.error ?? null,
    problems: view?.problems ?? [],
  };
};
