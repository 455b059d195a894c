/** A sweep as a state machine: told what happened to trials, it says what to do next. Knows no clock and no server. */
import { elementAt } from '../../contracts/element-at.ts';
import type { KnownReport } from '../../contracts/rungs.ts';
import type { TrialParams } from '../../contracts/trial.ts';
import type { Sampler } from '../samplers/sampler.ts';
import type { RungDecision, Scheduler } from '../schedulers/scheduler.ts';
import { rungQuestion, type SchedulerMode } from './rung-question.ts';
import { hasEnded, recordOf, type SweepTrial, type SweepTrialState, veiledRecordOf } from './sweep-trial.ts';

export interface SweepRules {
  readonly sampler: Sampler;
  readonly scheduler: Scheduler;
  readonly mode: SchedulerMode;
  readonly maxTrials: number;
  /** Most epochs of a trial with these parameters. */
  readonly maxEpochsOf: (params: TrialParams) => number;
}

/** The scheduler's rungs below the trial's own last epoch, and that. */
export const rungsOf = (
  { scheduler, maxEpochsOf }: Pick<SweepRules, 'scheduler' | 'maxEpochsOf'>,
  { index, params }: Pick<SweepTrial, 'index' | 'params'>,
): readonly number[] => {
  const last = maxEpochsOf(params);
  return [...scheduler.rungs(index).filter((rung) => rung < last), last];
};

/** Everything that changes while a sweep runs; survives JSON. */
export interface SweepState {
  readonly trials: readonly SweepTrial[];
  /** Reports that have arrived so far. */
  readonly reports: number;
  /** The space has no further point. */
  readonly isExhausted: boolean;
  /** No further trial begins, planned or not: a budget is used up. */
  readonly isClosed: boolean;
}

export const NEW_SWEEP: SweepState = { trials: [], reports: 0, isExhausted: false, isClosed: false };

export type SweepMove =
  /** Train the trial up to `epochBudget`; it occupies a slot until it reports or ends. */
  | {
      readonly kind: 'train';
      readonly index: number;
      readonly params: TrialParams;
      readonly epochBudget: number;
      readonly isLastRung: boolean;
    }
  /** The trial has been ended at its rung; it occupies no slot. */
  | { readonly kind: 'prune'; readonly index: number; readonly reason: string };

export interface Sweep {
  readonly state: SweepState;
  /** null: not proposed yet. */
  trial(index: number): SweepTrial | null;
  /** What can be done with `freeSlots` further trainings; it counts as done. Lower indices come first. */
  next(freeSlots: number): readonly SweepMove[];
  /** A training came to the end of its budget. */
  report(index: number, report: KnownReport): void;
  /** What an earlier, equal trial has shown at the rungs from the first one on: the trial trains only beyond it. */
  recall(index: number, known: readonly KnownReport[]): void;
  /** A training ended without a report: for good, or (`ready`) to be gone on with later. */
  end(index: number, state: Extract<SweepTrialState, 'pruned' | 'failed' | 'cancelled' | 'ready'>): void;
  /** Tries a failed or cancelled trial again. */
  retry(index: number): void;
  /** Closed, no further trial begins; those that have begun go on. */
  setClosed(isClosed: boolean): void;
  /** Every trial has ended, and none will come. */
  readonly isDone: boolean;
}

/** @param start state of the same sweep, from here or from elsewhere; it is not changed */
export const createSweep = (rules: SweepRules, start: SweepState = NEW_SWEEP): Sweep => {
  const { sampler, scheduler, mode, maxTrials } = rules;
  const trials: SweepTrial[] = [...start.trials];
  let reports = start.reports;
  let { isExhausted, isClosed } = start;

  const trialAt = (index: number): SweepTrial => {
    const trial = trials[index];
    if (trial === undefined) {
      throw new RangeError(`sweep: got trial ${index}, expected one of ${trials.length}`);
    }
    return trial;
  };
  const change = (index: number, fields: Partial<SweepTrial>): SweepTrial => {
    const changed = { ...trialAt(index), ...fields };
    trials[index] = changed;
    return changed;
  };

  /** Its proposal looks at outcomes up to here alone. */
  const firstVeiled = (index: number): number => (sampler.lag === null ? 0 : Math.max(0, index - sampler.lag + 1));

  const propose = (): SweepTrial | null => {
    const index = trials.length;
    const seen = firstVeiled(index);
    if (isClosed || isExhausted || index >= maxTrials || trials.slice(0, seen).some((trial) => !hasEnded(trial))) {
      return null;
    }
    // A plan of thousands of trials that looks at no outcome must not copy its beginning for each of them.
    const history =
      sampler.lag === null ? [] : trials.map((trial) => (trial.index < seen ? recordOf(trial) : veiledRecordOf(trial)));
    const params = sampler.propose(index, history);
    if (params === null) {
      isExhausted = true;
      return null;
    }
    const trial: SweepTrial = { index, params, state: 'pending', reports: [], decisions: [], known: [] };
    trials.push(trial);
    return trial;
  };

  const take = (index: number, { epoch, value, isFinal }: KnownReport): void => {
    const trial = trialAt(index);
    const isLast = trial.reports.length + 1 >= rungsOf(rules, trial).length;
    change(index, {
      reports: [...trial.reports, { epoch, value, sequence: reports }],
      state: isFinal || isLast ? 'completed' : 'waiting',
    });
    reports += 1;
  };

  /** A trial that may go on has its next report already where an earlier, equal one has left it. */
  const proceed = (index: number): void => {
    const { known } = trialAt(index);
    const [next, ...later] = known;
    if (next === undefined) {
      change(index, { state: 'ready' });
      return;
    }
    change(index, { known: later });
    take(index, next);
  };

  const decide = (trial: SweepTrial): RungDecision | null => {
    // Two reports may arrive before anything is decided: then the order in which they came counts, as in every replay.
    const before = mode === 'ordered' ? Number.POSITIVE_INFINITY : (trial.reports.at(-1)?.sequence ?? 0);
    const question = rungQuestion(trials, trial, { scheduler, mode, before });
    return question === null ? null : scheduler.decide(question);
  };

  const settle = (): readonly SweepMove[] => {
    const moves: SweepMove[] = [];
    for (let index = 0; index < trials.length; index += 1) {
      for (let trial = trialAt(index); trial.state === 'waiting'; trial = trialAt(index)) {
        const decision = decide(trial);
        if (decision === null) {
          break;
        }
        const decisions = [...trial.decisions, decision];
        if (decision.kind === 'prune') {
          change(index, { decisions, state: 'pruned', known: [] });
          moves.push({ kind: 'prune', index, reason: decision.reason });
        } else {
          change(index, { decisions });
          proceed(index);
        }
      }
    }
    return moves;
  };

  const train = (trial: SweepTrial): SweepMove => {
    const { index, params } = change(trial.index, { state: 'running' });
    const rungs = rungsOf(rules, trial);
    return {
      kind: 'train',
      index,
      params,
      epochBudget: elementAt(rungs, Math.min(trial.reports.length, rungs.length - 1)),
      isLastRung: trial.reports.length + 1 >= rungs.length,
    };
  };

  /** All that can be known of the plan before anything has run. */
  const plan = (): void => {
    if (sampler.lag === null) {
      while (propose() !== null) {
        // Each proposal is a pending trial now.
      }
    }
  };

  return {
    get state() {
      return { trials: [...trials], reports, isExhausted, isClosed };
    },
    trial: (index) => trials[index] ?? null,
    get isDone() {
      plan();
      const isComplete = isClosed || isExhausted || trials.length >= maxTrials;
      return isComplete && trials.every((trial) => hasEnded(trial) || (isClosed && trial.state === 'pending'));
    },

    next: (freeSlots) => {
      plan();
      const moves = [...settle()];
      const candidates = trials.filter(({ state }) => state === 'ready' || (state === 'pending' && !isClosed));
      for (const trial of candidates.slice(0, Math.max(0, freeSlots))) {
        moves.push(train(trial));
      }
      for (let free = freeSlots - candidates.length; free > 0; free -= 1) {
        const trial = propose();
        if (trial === null) {
          break;
        }
        moves.push(train(trial));
      }
      return moves;
    },

    report: take,

    recall: (index, known) => {
      change(index, { known });
      proceed(index);
    },

    end: (index, state) => {
      change(index, { state });
    },

    retry: (index) => {
      change(index, { state: 'ready' });
    },

    setClosed: (isClosedNow) => {
      isClosed = isClosedNow;
    },
  };
};
