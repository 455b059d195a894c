/** What a sweep remembers of its trials: the facts that samplers, schedulers and `replay` decide by. */
import type { RungReport } from './rungs.ts';
import type { TrialParams, TrialStatus } from './trial.ts';

/** Why no further trial begins although some are left. */
export type SweepHalt = 'max_failures' | 'max_seconds' | 'target' | 'preflight';

/** How a running sweep is steered; null in snapshots before trials are trained. */
export interface SweepControl {
  readonly isPaused: boolean;
  readonly maxParallel: number;
  readonly halt: SweepHalt | null;
  /** Trials in all; null while that depends on what is proposed. */
  readonly trialCount: number | null;
  /** Missing where nobody asks any more: in recorded facts. */
  readonly left?: ExpectedWork;
}

/** What is left to train, as a mean over what a scheduler may decide. */
export interface ExpectedWork {
  /** From each trial's last report on: what it has trained since counts as left. */
  readonly epochs: number;
  /** Rungs to come: each starts a training process. */
  readonly trainings: number;
}

/** Facts about one trial, by which samplers and schedulers decide. Grows by reports, then ends once. */
export interface TrialRecord {
  /** Place in the plan, from 0. */
  readonly index: number;
  readonly params: TrialParams;
  /** `cached` counts as what its first run was: completed or pruned. */
  readonly status: Extract<TrialStatus, 'pending' | 'running' | 'completed' | 'pruned' | 'failed' | 'cancelled'>;
  /** By ascending epoch. */
  readonly reports: readonly RungReport[];
  /** The objective of a completed trial, the last report's of a pruned one; null for all others. */
  readonly value: number | null;
}
