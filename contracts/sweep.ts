/** What a sweep remembers of its trials: the facts that samplers, schedulers and `replay` decide by. */
import type { RankingMetrics } from './metrics.ts';
import type { TrialParams, TrialStatus } from './trial.ts';

/** Metrics of the validation part that a sweep can look at; higher is better for all of them. */
export type ObjectiveName = keyof RankingMetrics;

/** What a trial showed when it came to the end of a rung. */
export interface RungReport {
  /** Epochs trained by then: the rung's epoch budget, or fewer where the trial stopped early. */
  readonly epoch: number;
  /** The objective at the best epoch so far; higher is better. */
  readonly value: number;
  /** Place in the order in which reports of all trials arrived, from 0; what an asynchronous scheduler decides by. */
  readonly sequence: number;
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
