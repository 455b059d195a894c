/** Which trials are good ones: what a proposal knows of those before it. */
import type { TrialRecord } from '../../../contracts/sweep.ts';

export interface SplitTrials {
  /** Best first. */
  readonly good: readonly TrialRecord[];
  /** The rest and the running ones, oldest first: to count them as bad keeps proposals away from them (a "constant liar"). */
  readonly others: readonly TrialRecord[];
}

/** A tenth, at most 25. */
const goodCount = (finished: number): number => Math.min(Math.ceil(0.1 * finished), 25);

type ValuedRecord = TrialRecord & { readonly value: number };

const isValued = (record: TrialRecord): record is ValuedRecord =>
  record.value !== null && Number.isFinite(record.value);

const byValue = (a: ValuedRecord, b: ValuedRecord): number => b.value - a.value || a.index - b.index;

const epochOf = ({ reports }: TrialRecord): number => reports.at(-1)?.epoch ?? 0;

/** A trial that was pruned later was better; at the same epoch the value counts. */
const byProgress = (a: ValuedRecord, b: ValuedRecord): number => epochOf(b) - epochOf(a) || byValue(a, b);

const byIndex = (a: TrialRecord, b: TrialRecord): number => a.index - b.index;

const isRunning = ({ index, status }: TrialRecord, horizon: number): boolean =>
  index > horizon || status === 'running' || status === 'pending';

/** Trials up to `horizon` that ended with a value. */
export const countFinished = (history: readonly TrialRecord[], horizon: number): number =>
  history.filter(
    (record) =>
      !isRunning(record, horizon) && (record.status === 'completed' || record.status === 'pruned') && isValued(record),
  ).length;

/**
 * Completed trials by value, then pruned ones by epoch and value; failed and cancelled ones say nothing.
 * @param horizon the last trial whose outcome counts; those after it count as running, whatever they are
 */
export const splitTrials = (history: readonly TrialRecord[], horizon: number): SplitTrials => {
  const completed: ValuedRecord[] = [];
  const pruned: ValuedRecord[] = [];
  const running: TrialRecord[] = [];
  for (const record of history) {
    if (isRunning(record, horizon)) {
      running.push(record);
    } else if (record.status === 'completed' && isValued(record)) {
      completed.push(record);
    } else if (record.status === 'pruned' && isValued(record)) {
      pruned.push(record);
    }
  }
  const ranked = [...completed.sort(byValue), ...pruned.sort(byProgress)];
  const count = goodCount(ranked.length);
  return {
    good: ranked.slice(0, count),
    others: [...ranked.slice(count), ...running].sort(byIndex),
  };
};
