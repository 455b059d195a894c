/** What the experiment keeps of each trial beside the sweep's state: runs, results, errors. */
import type { ErrorRecord } from '../contracts/errors.ts';
import { trialIdOf } from '../contracts/ids.ts';
import type { TrainingResult, TrialStatus, TrialView } from '../contracts/trial.ts';
import type { SweepTrial } from '../policy/sweep/sweep-trial.ts';
import type { OpenRun } from './trial.ts';

export interface TrialEntry {
  readonly runId: string | null;
  readonly result: TrainingResult | null;
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

const statusOf = ({ state }: SweepTrial, { isReused }: TrialEntry): TrialStatus => {
  switch (state) {
    case 'waiting':
    case 'ready':
      return 'running';
    case 'completed':
      return isReused ? 'cached' : 'completed';
    default:
      return state;
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

  view(trial: SweepTrial, epochLimit: number): TrialView {
    const entry = this.at(trial.index);
    const trialId = trialIdOf(trial.index);
    return {
      trialId,
      status: statusOf(trial, entry),
      params: trial.params,
      epochLimit,
      runId: entry.runId,
      workflowId: trialWorkflowId(this.#workflowId, trialId),
      result: entry.result,
      error: entry.error,
      reports: trial.reports,
      value: trial.reports.at(-1)?.value ?? null,
      reason: entry.reason,
      isReused: entry.isReused,
      attempt: entry.attempt,
    };
  }
}
