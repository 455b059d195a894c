/** What the experiment keeps of each trial beside the sweep's state: runs, results, errors. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { ErrorRecord } from '../contracts/errors.ts';
import type { FinishedTrial, LoggedTraining, TrainingResult, TrialView } from '../contracts/trial.ts';
import type { SweepTrial } from '../policy/sweep/sweep-trial.ts';
import type { OpenRun } from './trial.ts';

export interface TrialEntry {
  readonly runId: string | null;
  readonly result: TrainingResult | null;
  /** Missing in executions of earlier versions. */
  readonly logged?: LoggedTraining | null;
  readonly error: ErrorRecord | null;
  readonly reason: string | null;
  readonly isReused: boolean;
  readonly attempt: number;
  /** Open, to be gone on with at the next rung; null before the trial has begun and once it has ended. */
  readonly openRun: OpenRun | null;
}

const BLANK: TrialEntry = {
  runId: null,
  result: null,
  error: null,
  reason: null,
  isReused: false,
  attempt: 1,
  openRun: null,
};

export const trialWorkflowId = (experimentWorkflowId: string, trialId: string): string =>
  `${experimentWorkflowId}/${trialId}`;

type Shown = Pick<FinishedTrial, 'runId' | 'result' | 'value'>;

/** What came of a trial that has ended with something to show: selection may choose it. null without run or result. */
const shown = ({ reports }: SweepTrial, { runId, result }: TrialEntry): Shown | null => {
  const last = reports.at(-1);
  return runId === null || result === null || last === undefined ? null : { runId, result, value: last.value };
};

/** @returns what depends on how far it is */
const outcomeOf = (trialId: string, trial: SweepTrial, entry: TrialEntry) => {
  const { runId, result, isReused } = entry;
  const unfinished = { runId, result, value: trial.reports.at(-1)?.value ?? null };
  switch (trial.state) {
    case 'running':
    case 'waiting':
    case 'ready':
      return { status: 'running', isInFlight: trial.state === 'running', ...unfinished } as const;
    case 'completed': {
      const found = shown(trial, entry);
      if (found === null) {
        const what = `${trialId} has completed without run, result or report`;
        throw ApplicationFailure.nonRetryable(what, 'INTERNAL');
      }
      return { status: isReused ? 'cached' : 'completed', ...found } as const;
    }
    case 'pruned': {
      const found = shown(trial, entry);
      // Executions of earlier versions have ended repeated trials so whose new attempt had no run yet.
      return found === null
        ? ({ status: 'cancelled', ...unfinished } as const)
        : ({ status: 'pruned', ...found } as const);
    }
    default:
      return { status: trial.state, ...unfinished, logged: entry.logged ?? null } as const;
  }
};

export class TrialBook {
  readonly #workflowId: string;
  readonly #entries: TrialEntry[];

  /** @param entries of an execution that is continued */
  constructor(workflowId: string, entries: readonly TrialEntry[] = []) {
    this.#workflowId = workflowId;
    this.#entries = [...entries];
  }

  get entries(): readonly TrialEntry[] {
    return this.#entries;
  }

  at(index: number): TrialEntry {
    return this.#entries[index] ?? BLANK;
  }

  note(index: number, change: Partial<TrialEntry>): void {
    while (this.#entries.length < index) {
      this.#entries.push(BLANK);
    }
    this.#entries[index] = { ...this.at(index), ...change };
  }

  view(trialId: string, trial: SweepTrial, epochLimit: number): TrialView {
    const entry = this.at(trial.index);
    return {
      trialId,
      params: trial.params,
      epochLimit,
      workflowId: trialWorkflowId(this.#workflowId, trialId),
      error: entry.error,
      reports: trial.reports,
      reason: entry.reason,
      isReused: entry.isReused,
      attempt: entry.attempt,
      ...outcomeOf(trialId, trial, entry),
    };
  }
}
