/** Why a sweep begins no further trial although some are left. Told what happened; knows no clock. */
import type { ErrorCode } from '../../contracts/errors.ts';
import type { SweepHalt } from '../../contracts/sweep.ts';
import type { SweepTrial } from './sweep-trial.ts';

export interface HaltLimits {
  readonly maxFailures: number;
  readonly maxSeconds: number | null;
  readonly target: number | null;
}

/** Survives JSON. */
export interface HaltState {
  readonly halt: SweepHalt | null;
  readonly failures: number;
  /** null: the first trial has not begun, or there is no limit. */
  readonly deadlineMs: number | null;
}

/** Of something that knows more, and nothing else. */
export const haltsOf = ({ halt, failures, deadlineMs }: HaltState): HaltState => ({ halt, failures, deadlineMs });

export const NO_HALT: HaltState = { halt: null, failures: 0, deadlineMs: null };

/** The time begins with the first trial, and goes on in a continued execution. */
export const started = (state: HaltState, { maxSeconds }: HaltLimits, nowMs: number): HaltState => ({
  ...state,
  deadlineMs: state.deadlineMs ?? (maxSeconds === null ? null : nowMs + maxSeconds * 1000),
});

/** Milliseconds until the time is up; null where nothing more depends on it. */
export const untilDeadline = ({ halt, deadlineMs }: HaltState, nowMs: number): number | null =>
  deadlineMs === null || halt === 'max_seconds' ? null : Math.max(1, deadlineMs - nowMs);

/** The time outranks every other reason: what runs is stopped, too. */
export const atTime = (state: HaltState, nowMs: number): HaltState =>
  state.deadlineMs !== null && nowMs >= state.deadlineMs ? { ...state, halt: 'max_seconds' } : state;

export const afterFailure = (state: HaltState, { maxFailures }: HaltLimits, code: ErrorCode): HaltState => {
  const failures = state.failures + 1;
  // All trials have the same data: each would fail by the same tripwire.
  if (code === 'PREFLIGHT_FAILED') {
    return { ...state, failures, halt: 'preflight' };
  }
  return { ...state, failures, halt: state.halt ?? (failures >= maxFailures ? 'max_failures' : null) };
};

/** A completed trial has reached the target. */
export const atTarget = (state: HaltState, { target }: HaltLimits, trials: readonly SweepTrial[]): HaltState => {
  const isReached = ({ state: its, reports }: SweepTrial): boolean =>
    its === 'completed' && target !== null && (reports.at(-1)?.value ?? Number.NEGATIVE_INFINITY) >= target;
  return state.halt === null && target !== null && trials.some(isReached) ? { ...state, halt: 'target' } : state;
};

/** Failed trials are tried again: what had halted the sweep for them is over. */
export const retried = (state: HaltState): HaltState => ({
  ...state,
  failures: 0,
  halt: state.halt === 'max_failures' || state.halt === 'preflight' ? null : state.halt,
});
