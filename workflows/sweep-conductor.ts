/** Conducts a sweep: trains its trials where its rules and budgets say so, until every trial has ended. */
import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import type { SweepControl } from '../contracts/sweep.ts';
import type { TrialView } from '../contracts/trial.ts';
import { timeBudgetReason } from '../policy/sweep/budget-reasons.ts';
import { expectedWork } from '../policy/sweep/expected-work.ts';
import { createSweep, rungsOf, type Sweep, type SweepMove } from '../policy/sweep/sweep.ts';
import {
  afterFailure,
  atTarget,
  atTime,
  type HaltState,
  haltsOf,
  NO_HALT,
  retried,
  started,
  untilDeadline,
} from '../policy/sweep/sweep-halts.ts';
import { hasEnded } from '../policy/sweep/sweep-trial.ts';
import type { ConductorEnd, ConductorState, SweepPlan } from './conductor-plan.ts';
import type { TrialInput } from './trial.ts';
import { TrialLauncher } from './trial-launcher.ts';
import { TrialLedger } from './trial-ledger.ts';

export class SweepConductor {
  readonly #plan: SweepPlan;
  readonly #sweep: Sweep;
  readonly #ledger: TrialLedger;
  readonly #launcher = new TrialLauncher();
  #isPaused: boolean;
  #maxParallel: number;
  #halts: HaltState;
  /** Grows whenever something has happened that the loop must look at. */
  #events = 0;

  constructor(plan: SweepPlan, from: ConductorState | null) {
    this.#plan = plan;
    this.#sweep = createSweep(plan.rules, from?.sweep);
    this.#ledger = new TrialLedger({
      workflowId: workflowInfo().workflowId,
      sweep: this.#sweep,
      maxEpochsOf: plan.rules.maxEpochsOf,
      idOf: plan.idOf,
      metric: plan.metric,
      entries: from?.entries ?? [],
      onProblem: plan.onProblem,
    });
    this.#isPaused = from?.isPaused ?? false;
    this.#maxParallel = from?.maxParallel ?? plan.maxParallel;
    this.#halts = from === null ? NO_HALT : haltsOf(from);
  }

  get state(): ConductorState {
    return {
      sweep: this.#sweep.state,
      entries: this.#ledger.entries,
      isPaused: this.#isPaused,
      maxParallel: this.#maxParallel,
      ...this.#halts,
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
      halt: this.#halts.halt,
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
    this.#setHalts(retried(this.#halts));
    this.#events += 1;
    return failed.map(({ index }) => this.#plan.idOf(index));
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
    this.#setHalts(started(this.#halts, this.#plan, Date.now()));
    for (;;) {
      if (CancellationScope.current().consideredCancelled) {
        throw new CancelledFailure('the experiment was cancelled');
      }
      const seen = this.#events;
      this.#setHalts(atTime(this.#halts, Date.now()));
      this.#setHalts(atTarget(this.#halts, this.#plan, this.#sweep.state.trials));
      const isTimeUp = this.#halts.halt === 'max_seconds';
      const isLong = workflowInfo().continueAsNewSuggested;
      const isHeld = this.#isPaused || isTimeUp || isLong;
      for (const move of this.#sweep.next(isHeld ? 0 : this.#maxParallel - this.#launcher.running)) {
        this.#make(move);
      }
      if (this.#launcher.running === 0 && (isTimeUp || this.#sweep.isDone)) {
        this.#ledger.endAllOpen('pruned', timeBudgetReason(this.#plan.maxSeconds));
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
    const leftMs = untilDeadline(this.#halts, Date.now());
    await (leftMs === null ? condition(hasNews) : condition(hasNews, leftMs));
  }

  /** When the time is up, what runs is stopped too. */
  #setHalts(halts: HaltState): void {
    const isTimeUp = halts.halt === 'max_seconds' && this.#halts.halt !== 'max_seconds';
    this.#halts = halts;
    this.#sweep.setClosed(halts.halt !== null);
    if (isTimeUp) {
      this.#launcher.stopAll();
    }
  }

  #make(move: SweepMove): void {
    if (move.kind === 'prune') {
      this.#ledger.prune(move.index, move.reason);
      return;
    }
    this.#launcher.launch(move.index, this.#inputOf(move), (outcome) => {
      this.#ledger.take(move.index, outcome);
      if (outcome.kind === 'failed') {
        this.#setHalts(afterFailure(this.#halts, this.#plan, outcome.error.code));
      }
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
}
