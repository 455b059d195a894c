/** What a sweep is conducted by, and what of it a continued execution takes over. */
import type { ObjectiveName } from '../contracts/objective.ts';
import type { OpenTrialRequest } from '../contracts/steps.ts';
import type { SweepRules, SweepState } from '../policy/sweep/sweep.ts';
import type { HaltLimits, HaltState } from '../policy/sweep/sweep-halts.ts';
import type { SweepTrial } from '../policy/sweep/sweep-trial.ts';
import type { TrialEntry } from './trial-book.ts';

export interface SweepPlan extends HaltLimits {
  readonly rules: SweepRules;
  readonly idOf: (index: number) => string;
  readonly metric: ObjectiveName;
  readonly maxParallel: number;
  readonly preflight: boolean;
  /** Called when a training has ended, for good or up to its next rung. */
  readonly onOutcome: () => void;
  /** Told which runs of trials could not be closed. */
  readonly onProblem: (problem: string) => void;
  readonly openRequestOf: (
    trial: SweepTrial,
    attempt: number,
    rungs: readonly number[],
  ) => Omit<OpenTrialRequest, 'startTimeMs'>;
}

/** Survives JSON. */
export interface ConductorState extends HaltState {
  readonly sweep: SweepState;
  readonly entries: readonly TrialEntry[];
  readonly isPaused: boolean;
  readonly maxParallel: number;
}

/** `continue`: nothing runs, and the history is long enough to go on in a new execution. */
export type ConductorEnd = 'done' | 'continue';
