/** Keeps sweep and trial entries in step with what came of each training, and closes the runs that are left open. */
import { TAG } from '../contracts/names.ts';
import type { ObjectiveName } from '../contracts/objective.ts';
import type { CloseTrialRequest } from '../contracts/steps.ts';
import type { TrainingResult, TrialView } from '../contracts/trial.ts';
import type { Sweep, SweepRules } from '../policy/sweep/sweep.ts';
import { hasEnded, type SweepTrial } from '../policy/sweep/sweep-trial.ts';
import { tryToClose } from './closing.ts';
import { closeTrial } from './steps.ts';
import type { TrialOutcome } from './trial.ts';
import { TrialBook, type TrialEntry } from './trial-book.ts';

interface LedgerOptions {
  readonly workflowId: string;
  readonly sweep: Sweep;
  readonly maxEpochsOf: SweepRules['maxEpochsOf'];
  readonly idOf: (index: number) => string;
  readonly metric: ObjectiveName;
  /** Of an execution that is continued. */
  readonly entries: readonly TrialEntry[];
  /** Told what could not be closed. */
  readonly onProblem: (problem: string) => void;
}

export class TrialLedger {
  readonly #sweep: Sweep;
  readonly #book: TrialBook;
  readonly #maxEpochsOf: SweepRules['maxEpochsOf'];
  readonly #idOf: (index: number) => string;
  readonly #metric: ObjectiveName;
  readonly #onProblem: (problem: string) => void;
  readonly #closing = new Set<Promise<void>>();

  constructor({ workflowId, sweep, maxEpochsOf, idOf, metric, entries, onProblem }: LedgerOptions) {
    this.#onProblem = onProblem;
    this.#sweep = sweep;
    this.#maxEpochsOf = maxEpochsOf;
    this.#book = new TrialBook(workflowId, entries);
    this.#idOf = idOf;
    this.#metric = metric;
  }

  get entries(): readonly TrialEntry[] {
    return this.#book.entries;
  }

  get views(): readonly TrialView[] {
    return this.#sweep.state.trials.map((trial) =>
      this.#book.view(this.#idOf(trial.index), trial, this.#maxEpochsOf(trial.params)),
    );
  }

  entry(index: number): TrialEntry {
    return this.#book.at(index);
  }

  trial(index: number): SweepTrial {
    const found = this.#sweep.trial(index);
    if (found === null) {
      throw new RangeError(`sweep: got trial ${index}, expected one that has been proposed`);
    }
    return found;
  }

  find(trialId: string): SweepTrial | null {
    return this.#sweep.state.trials.find(({ index }) => this.#idOf(index) === trialId) ?? null;
  }

  get failed(): readonly SweepTrial[] {
    return this.#sweep.state.trials.filter(({ state }) => state === 'failed');
  }

  retry(index: number): void {
    const { attempt } = this.entry(index);
    this.#book.note(index, { error: null, logged: null, runId: null, openRun: null, attempt: attempt + 1 });
    this.#sweep.retry(index);
  }

  /** What came of a training. */
  take(index: number, outcome: TrialOutcome): void {
    switch (outcome.kind) {
      case 'known':
        this.#book.note(index, { runId: outcome.runId, result: outcome.result, isReused: true });
        this.#sweep.recall(index, outcome.reports);
        return;
      case 'reported': {
        const { run, result, isFinal } = outcome;
        this.#book.note(index, { runId: run.runId, result, openRun: isFinal ? null : run, isReused: false });
        this.#report(index, result, isFinal);
        return;
      }
      case 'stopped': {
        const { run, result } = outcome;
        this.#book.note(index, {
          ...(run === null ? {} : { openRun: run, runId: run.runId, isReused: false }),
          ...(result === null ? {} : { result }),
        });
        this.#sweep.end(index, 'ready');
        return;
      }
      case 'cancelled': {
        const { runId, result, logged = null } = outcome;
        const kept = result === null ? {} : { result };
        this.#book.note(index, { runId, openRun: null, reason: 'cancelled on request', logged, ...kept });
        this.#tell(outcome.unclosed);
        this.#sweep.end(index, 'cancelled');
        return;
      }
      case 'failed':
        this.#book.note(index, {
          ...{ runId: outcome.runId, error: outcome.error, logged: outcome.logged ?? null, openRun: null },
        });
        this.#tell(outcome.unclosed);
        this.#sweep.end(index, 'failed');
        return;
    }
  }

  /** The sweep has ended it at its rung. */
  prune(index: number, reason: string): void {
    this.#book.note(index, { reason });
    this.#closeOpen(index, 'pruned', reason);
  }

  /** Ends a trial that does not run, with what it has. */
  endOpen(index: number, state: 'pruned' | 'cancelled', reason: string): void {
    // A result without a run is that of an attempt that was to be repeated: nobody could take the model from it.
    const { result, runId } = this.entry(index);
    const isPruned = state === 'pruned' && result !== null && runId !== null;
    if (isPruned && (this.trial(index).reports.at(-1)?.epoch ?? 0) < result.epochs) {
      this.#report(index, result, true);
    }
    this.#book.note(index, { reason });
    this.#sweep.end(index, isPruned ? 'pruned' : 'cancelled');
    this.#closeOpen(index, isPruned ? 'pruned' : 'cancelled', reason);
  }

  /** The same for every trial that has begun. */
  endAllOpen(state: 'pruned' | 'cancelled', reason: string): void {
    for (const trial of this.#sweep.state.trials) {
      if (!hasEnded(trial) && trial.state !== 'pending') {
        this.endOpen(trial.index, state, reason);
      }
    }
  }

  /** Resolves once every run that had to be closed is, or could not be. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  #report(index: number, result: TrainingResult, isFinal: boolean): void {
    this.#sweep.report(index, { epoch: result.epochs, value: result.validation[this.#metric], isFinal });
  }

  #closeOpen(index: number, trialStatus: 'pruned' | 'cancelled', reason: string): void {
    const { openRun, result } = this.entry(index);
    if (openRun === null) {
      return;
    }
    this.#book.note(index, { openRun: null });
    const request: CloseTrialRequest = {
      runId: openRun.runId,
      status: trialStatus === 'pruned' ? 'FINISHED' : 'KILLED',
      trialStatus,
      epochLimit: openRun.epochLimit,
      result,
      metric: this.#metric,
      tags: { [TAG.trialReason]: reason },
      endTimeMs: Date.now(),
    };
    const what = `The MLflow run ${openRun.runId} of ${this.#idOf(index)} is not closed`;
    const closing = tryToClose(what, async () => {
      this.#book.note(index, { logged: (await closeTrial(request))?.logged ?? null });
    }).then((unclosed) => {
      this.#closing.delete(closing);
      this.#tell(unclosed);
    });
    this.#closing.add(closing);
  }

  #tell(unclosed: string | null): void {
    if (unclosed !== null) {
      this.#onProblem(unclosed);
    }
  }
}
