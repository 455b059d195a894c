/** Conducts a sweep: trains its trials where its rules and budgets say so, until every trial has ended. */
import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { trialIdOf } from '../contracts/ids.ts';
import type { ObjectiveName } from '../contracts/objective.ts';
import type { OpenTrialRequest } from '../contracts/steps.ts';
import type { SweepControl, SweepHalt } from '../contracts/sweep.ts';
import type { TrialView } from '../contracts/trial.ts';
import { timeBudgetReason } from '../policy/sweep/budget-reasons.ts';
import { expectedWork } from '../policy/sweep/expected-work.ts';
import {
  createSweep,
  rungsOf,
  type Sweep,
  type SweepMove,
  type SweepRules,
  type SweepState,
} from '../policy/sweep/sweep.ts';
import { hasEnded, type SweepTrial } from '../policy/sweep/sweep-trial.ts';
import type { TrialInput, TrialOutcome } from './trial.ts';
import type { TrialEntry } from './trial-book.ts';
import { TrialLauncher } from './trial-launcher.ts';
import { TrialLedger } from './trial-ledger.ts';

export interface SweepPlan {
  readonly rules: SweepRules;
  readonly metric: ObjectiveName;
  readonly maxParallel: number;
  readonly maxFailures: number;
  readonly maxSeconds: number | null;
  readonly target: number | null;
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

/** What a continued execution goes on from; survives JSON. */
export interface ConductorState {
  readonly sweep: SweepState;
  readonly entries: readonly TrialEntry[];
  readonly isPaused: boolean;
  readonly maxParallel: number;
  readonly halt: SweepHalt | null;
  readonly failures: number;
  readonly deadlineMs: number | null;
}

/** `continue`: nothing runs, and the history is long enough to go on in a new execution. */
export type ConductorEnd = 'done' | 'continue';
export class SweepConductor {
  readonly #plan: SweepPlan;
  readonly #sweep: Sweep;
  readonly #ledger: TrialLedger;
  readonly #launcher = new TrialLauncher();
  #isPaused: boolean;
  #maxParallel: number;
  #halt: SweepHalt | null;
  #failures: number;
  #deadlineMs: number | null;
  /** Grows whenever something has happened that the loop must look at. */
  #events = 0;

  constructor(plan: SweepPlan, from: ConductorState | null) {
    this.#plan = plan;
    this.#sweep = createSweep(plan.rules, from?.sweep);
    this.#ledger = new TrialLedger({
      workflowId: workflowInfo().workflowId,
      sweep: this.#sweep,
      maxEpochsOf: plan.rules.maxEpochsOf,
      metric: plan.metric,
      entries: from?.entries ?? [],
      onProblem: plan.onProblem,
    });
    this.#isPaused = from?.isPaused ?? false;
    this.#maxParallel = from?.maxParallel ?? plan.maxParallel;
    this.#halt = from?.halt ?? null;
    this.#failures = from?.failures ?? 0;
    this.#deadlineMs = from?.deadlineMs ?? null;
  }

  get state(): ConductorState {
    return {
      sweep: this.#sweep.state,
      entries: this.#ledger.entries,
      isPaused: this.#isPaused,
      maxParallel: this.#maxParallel,
      halt: this.#halt,
      failures: this.#failures,
      deadlineMs: this.#deadlineMs,
    };
  }

  get trials(): readonly TrialView[] {
    return this.#ledger.views;
  }

  get control(): SweepControl {
    const { rules } = this.#plan;
    const { state } = this.#sweep;
    const trialCount = state.isExhausted || rules.sampler.lag === null ? state.trials.length : rules.maxTrials;
    return {
      isPaused: this.#isPaused,
      maxParallel: this.#maxParallel,
      halt: this.#halt,
      trialCount,
      left: expectedWork(rules, state, trialCount),
    };
  }

  pause(): void {
    this.#isPaused = true;
    this.#launcher.stopAll();
    this.#events += 1;
  }

  resume(): void {
    this.#isPaused = false;
    this.#events += 1;
  }

  setMaxParallel(maxParallel: number): void {
    this.#maxParallel = maxParallel;
    this.#events += 1;
  }

  canCancel(trialId: string): boolean {
    const trial = this.#ledger.find(trialId);
    return trial !== null && !hasEnded(trial);
  }

  /** A running trial ends after its epoch; one that waits ends at once. */
  async cancelTrial(trialId: string): Promise<void> {
    const trial = this.#ledger.find(trialId);
    if (trial === null || hasEnded(trial)) {
      return;
    }
    if (this.#launcher.isRunning(trial.index)) {
      this.#launcher.cancel(trial.index);
      await condition(() => !this.#launcher.isRunning(trial.index));
      return;
    }
    this.#ledger.endOpen(trial.index, 'cancelled', 'cancelled on request');
    this.#events += 1;
  }

  get hasFailedTrials(): boolean {
    return this.#ledger.failed.length > 0;
  }

  /** Answers the ids of the trials that are tried again. */
  retryFailed(): readonly string[] {
    const { failed } = this.#ledger;
    for (const { index } of failed) {
      this.#ledger.retry(index);
    }
    this.#failures = 0;
    if (this.#halt === 'max_failures' || this.#halt === 'preflight') {
      this.#halt = null;
      this.#sweep.setClosed(false);
    }
    this.#events += 1;
    return failed.map(({ index }) => trialIdOf(index));
  }

  /** Until every trial has ended. On cancellation running trials end their epoch, and every open run is closed. */
  async run(): Promise<ConductorEnd> {
    try {
      return await this.#loop();
    } catch (error) {
      if (isCancellation(error)) {
        await CancellationScope.nonCancellable(async () => {
          await condition(() => this.#launcher.running === 0);
          this.#ledger.endAllOpen('cancelled', 'the experiment was cancelled');
          await this.#ledger.closed();
        });
      }
      throw error;
    }
  }

  async #loop(): Promise<ConductorEnd> {
    const { maxSeconds } = this.#plan;
    this.#deadlineMs ??= maxSeconds === null ? null : Date.now() + maxSeconds * 1000;
    for (;;) {
      if (CancellationScope.current().consideredCancelled) {
        throw new CancelledFailure('the experiment was cancelled');
      }
      const seen = this.#events;
      this.#applyDeadline();
      this.#applyTarget();
      const isTimeUp = this.#halt === 'max_seconds';
      const isLong = workflowInfo().continueAsNewSuggested;
      const isHeld = this.#isPaused || isTimeUp || isLong;
      for (const move of this.#sweep.next(isHeld ? 0 : this.#maxParallel - this.#launcher.running)) {
        this.#make(move);
      }
      if (this.#launcher.running === 0 && (isTimeUp || this.#sweep.isDone)) {
        this.#ledger.endAllOpen('pruned', timeBudgetReason(maxSeconds));
        await this.#ledger.closed();
        return 'done';
      }
      if (this.#launcher.running === 0 && isLong) {
        await this.#ledger.closed();
        await condition(allHandlersFinished);
        return 'continue';
      }
      await this.#nextEvent(seen);
    }
  }

  /** Until something has happened, or the time is up. */
  async #nextEvent(seen: number): Promise<void> {
    const hasNews = (): boolean => this.#events !== seen;
    if (this.#deadlineMs === null || this.#halt === 'max_seconds') {
      await condition(hasNews);
    } else {
      await condition(hasNews, Math.max(1, this.#deadlineMs - Date.now()));
    }
  }

  #applyDeadline(): void {
    if (this.#deadlineMs !== null && Date.now() >= this.#deadlineMs && this.#halt !== 'max_seconds') {
      this.#haltFor('max_seconds');
      this.#launcher.stopAll();
    }
  }

  #haltFor(halt: SweepHalt): void {
    this.#halt = halt;
    this.#sweep.setClosed(true);
  }

  #make(move: SweepMove): void {
    if (move.kind === 'prune') {
      this.#ledger.prune(move.index, move.reason);
      return;
    }
    this.#launcher.launch(move.index, this.#inputOf(move), (outcome) => {
      this.#ledger.take(move.index, outcome);
      this.#countFailure(outcome);
      this.#plan.onOutcome();
      this.#events += 1;
    });
  }

  #inputOf({ index, epochBudget, isLastRung }: Extract<SweepMove, { kind: 'train' }>): TrialInput {
    const { rules, openRequestOf, preflight } = this.#plan;
    const trial = this.#ledger.trial(index);
    const { attempt, isReused, openRun, runId } = this.#ledger.entry(index);
    const request = openRequestOf(trial, attempt, rungsOf(rules, trial));
    return {
      ...request,
      // What is known of an equal trial has been asked for once, and was not enough.
      mayReuse: request.mayReuse && !isReused,
      run: openRun,
      warmStartRunId: isReused ? runId : null,
      epochBudget,
      isLastRung,
      preflight,
    };
  }

  #countFailure(outcome: TrialOutcome): void {
    if (outcome.kind !== 'failed') {
      return;
    }
    this.#failures += 1;
    // All trials have the same data: each would fail by the same tripwire.
    if (outcome.error.code === 'PREFLIGHT_FAILED') {
      this.#haltFor('preflight');
    } else if (this.#failures >= this.#plan.maxFailures && this.#halt === null) {
      this.#haltFor('max_failures');
    }
  }

  #applyTarget(): void {
    const { target } = this.#plan;
    if (target === null || this.#halt !== null) {
      return;
    }
    const isReached = ({ state, reports }: SweepTrial): boolean =>
      state === 'completed' && (reports.at(-1)?.value ?? Number.NEGATIVE_INFINITY) >= target;
    if (this.#sweep.state.trials.some(isReached)) {
      this.#haltFor('target');
    }
  }
}
