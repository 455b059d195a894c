/** One thing that has happened in an experiment: as lines for people, and as data for scripts. */
import type { ExperimentStatus, Phase, TestEvaluation } from '../../contracts/experiment.ts';
import type { GateDecision } from '../../contracts/gate.ts';
import type { EvaluationSummary } from '../../contracts/metrics.ts';
import type { ObjectiveName } from '../../contracts/objective.ts';
import type { SweepHalt } from '../../contracts/sweep.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import type { TrialParams } from '../../contracts/trial.ts';
import type { ExperimentSummary, TrialSummary } from '../run/summary.ts';

/** What `run --events` prints of it: docs/events.schema.json. Types and keys may be added, never renamed. */
export type EventData =
  | { readonly type: 'phase_started'; readonly phase: Phase }
  | { readonly type: 'phase_finished'; readonly phase: Phase; readonly seconds: number }
  | {
      readonly type: 'step_attempt';
      readonly phase: Phase;
      readonly step: string;
      readonly attempt: number;
      /** null: no limit. */
      readonly most_attempts: number | null;
      /** What the attempt before failed with. */
      readonly last_error: string | null;
    }
  | { readonly type: 'dataset'; readonly dataset: ExperimentSummary['dataset'] }
  | {
      readonly type: 'trial_started';
      readonly trial_id: string;
      readonly attempt: number;
      readonly params: TrialParams;
    }
  | { readonly type: 'trial_resumed'; readonly trial_id: string; readonly epoch: number }
  | {
      readonly type: 'epoch';
      readonly trial_id: string;
      readonly epoch: number;
      /** Most epochs of the trial, or of its next rung; null where nobody knows. */
      readonly epochs: number | null;
      readonly train_loss: number;
      readonly val: Readonly<Partial<EvaluationSummary & { readonly loss: number }>>;
      readonly is_best: boolean;
    }
  | { readonly type: 'trial_ended'; readonly trial_id: string; readonly trial: TrialSummary }
  | { readonly type: 'replicates_started'; readonly trial_id: string; readonly count: number }
  | { readonly type: 'tensorflow'; readonly tensorflow: TensorflowInfo }
  | {
      readonly type: 'best_changed';
      readonly trial_id: string;
      readonly metric: ObjectiveName;
      readonly value: number | null;
    }
  | { readonly type: 'sweep_halted'; readonly reason: SweepHalt }
  | { readonly type: 'sweep_paused' | 'sweep_resumed' }
  | { readonly type: 'tested'; readonly test: TestEvaluation }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'registered'; readonly name: string; readonly version: string }
  | { readonly type: 'gate'; readonly decision: GateDecision; readonly reasons: readonly string[] }
  | {
      readonly type: 'aliases_changed';
      readonly name: string;
      readonly version: string;
      readonly aliases: readonly string[];
    }
  | { readonly type: 'ended'; readonly status: ExperimentStatus };

export interface ExperimentEvent {
  /** What it is told of once. */
  readonly subject: string;
  /** A later event of the same subject has a higher level: the epoch of a trial. */
  readonly level: number;
  /** Epoch milliseconds; null where nobody knows, but for whoever was watching. */
  readonly atMs: number | null;
  readonly data: EventData;
  readonly lines: readonly string[];
}

/** Of level 0, at an unknown time. */
export const event = (subject: string, data: EventData, ...lines: readonly string[]): ExperimentEvent => ({
  subject,
  level: 0,
  atMs: null,
  data,
  lines,
});
