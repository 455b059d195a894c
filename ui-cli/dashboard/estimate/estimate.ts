/**
 * How far trials are, and when they will be done. A pure fold over views: workers measure how fast their trainings are,
 * so it does not matter when somebody began to watch.
 */
import { type ExperimentView, trainingsOf } from '../../../contracts/experiment.ts';
import type { ExpectedWork } from '../../../contracts/sweep.ts';
import { shownTraining, type TrainingPace, type TrialProgress, type TrialView } from '../../../contracts/trial.ts';
import { paceOf } from './pace.ts';
import { replicateWork } from './replicate-work.ts';

/** How far a running trial is known to have come. */
export interface TrialMark {
  readonly attempt: number;
  /** Trained by now, the running one by its steps: never less than was shown. */
  readonly epochs: number;
  /** Its next rung. */
  readonly budget: number;
  /** Its last rung. */
  readonly limit: number;
}

export interface TrainingMarks {
  readonly trials: Readonly<Record<string, TrialMark>>;
  /** Of all trainings so far; null before any has ended two epochs. */
  readonly pace: TrainingPace | null;
  /** Most trainings that were seen at work at once, while as many might be. */
  readonly lanes: number;
  /** Share of the whole training, in [0, 1]: never less than was shown. */
  readonly fraction: number;
}

export const NO_MARKS: TrainingMarks = { trials: {}, pace: null, lanes: 0, fraction: 0 };

const epochsIn = ({ epoch, step, steps, last }: TrialProgress): number => {
  const finished = last?.epoch ?? 0;
  return finished + (epoch > finished && steps > 0 ? Math.min(1, step / steps) : 0);
};

/** What its reports and its result say: of a trial that waits or was paused there is no progress. */
const epochsKept = (trial: TrialView): number =>
  Math.max(trial.reports.at(-1)?.epoch ?? 0, shownTraining(trial)?.epochs ?? 0);

const markOf = (before: TrialMark | undefined, trial: TrialView, progress: TrialProgress | undefined): TrialMark => {
  const { attempt } = trial;
  const same = before?.attempt === attempt ? before : undefined;
  const epochs = Math.max(same?.epochs ?? 0, epochsKept(trial), progress === undefined ? 0 : epochsIn(progress));
  const budget = progress?.epochs ?? same?.budget ?? 0;
  return { attempt, epochs, budget, limit: Math.max(trial.epochLimit ?? 0, budget, same?.limit ?? 0) };
};

/** Trained by this sweep: what was taken from an earlier trial was never to be done. */
const ownEpochs = (view: ExperimentView, marks: TrainingMarks['trials']): number =>
  trainingsOf(view).reduce(
    (sum, trial) => sum + (trial.isReused ? 0 : (marks[trial.trialId]?.epochs ?? epochsKept(trial))),
    0,
  );

/** Epochs beyond their last reports that running trials have trained: the sweep still counts them as left. */
const epochsAhead = ({ trials }: ExperimentView, marks: TrainingMarks['trials']): number =>
  trials.reduce((sum, { trialId, reports, status }) => {
    const mark = status === 'running' ? marks[trialId] : undefined;
    return sum + (mark === undefined ? 0 : Math.max(0, mark.epochs - (reports.at(-1)?.epoch ?? 0)));
  }, 0);

/** Epochs left for certain, of trials that train. */
const epochsToBudget = (mark: TrialMark | undefined): number =>
  mark === undefined ? 0 : Math.max(0, mark.budget - mark.epochs);

/** Of the trials alone; null where nobody says. */
const trialsLeft = (view: ExperimentView, marks: TrainingMarks['trials']): ExpectedWork | null => {
  const training = view.trials.filter(({ trialId }) => view.progress[trialId] !== undefined);
  const running = training.reduce((sum, { trialId }) => sum + epochsToBudget(marks[trialId]), 0);
  if (view.sweep === null) {
    return { epochs: running, trainings: training.length };
  }
  const { left } = view.sweep;
  return left === undefined
    ? null
    : { epochs: Math.max(running, left.epochs - epochsAhead(view, marks)), trainings: left.trainings };
};

const replicatesLeft = (view: ExperimentView, marks: TrainingMarks['trials']): ExpectedWork =>
  replicateWork(view, (trial) => marks[trial.trialId]?.epochs ?? epochsKept(trial));

const epochsLeft = (view: ExperimentView, marks: TrainingMarks['trials']): number | null => {
  const left = trialsLeft(view, marks);
  return left === null ? null : left.epochs + replicatesLeft(view, marks).epochs;
};

const fractionOf = (view: ExperimentView, marks: TrainingMarks['trials']): number => {
  const done = ownEpochs(view, marks);
  const left = epochsLeft(view, marks);
  if (left !== null && done + left > 0) {
    return done / (done + left);
  }
  const ended = view.trials.filter(({ status }) => status !== 'pending' && status !== 'running').length;
  const all = Math.max(view.trials.length, view.sweep?.trialCount ?? 0);
  return all === 0 ? 0 : ended / all;
};

export const markTrials = (before: TrainingMarks, view: ExperimentView): TrainingMarks => {
  const running = trainingsOf(view).filter(({ status }) => status === 'running');
  const trials = Object.fromEntries(
    running.map((trial) => {
      const { trialId } = trial;
      return [trialId, markOf(before.trials[trialId], trial, view.progress[trialId])];
    }),
  );
  const atWork = Object.keys(view.progress).length;
  return {
    trials,
    pace: paceOf(view) ?? before.pace,
    lanes: Math.max(atWork, Math.min(before.lanes, view.sweep?.maxParallel ?? 1)),
    fraction: Math.max(before.fraction, fractionOf(view, trials)),
  };
};

/** Of its whole length, in [0, 1]: at a rung that is not its last one a trial is not done. */
export const trialFraction = (mark: TrialMark | undefined): number =>
  mark === undefined || mark.limit <= 0 ? 0 : Math.min(1, mark.epochs / mark.limit);

const isAtWork = ({ status, phase, sweep }: ExperimentView): boolean =>
  status === 'running' && phase === 'train' && sweep?.isPaused !== true;

/** Seconds to the next rung at most: where a trial goes from there, its scheduler says. Null where nothing is measured. */
export const trialSecondsLeft = (marks: TrainingMarks, view: ExperimentView, trialId: string): number | null => {
  const pace = view.progress[trialId]?.pace ?? null;
  return pace === null || !isAtWork(view) ? null : epochsToBudget(marks.trials[trialId]) * pace.epochSeconds;
};

/**
 * Seconds until the last trial and the last replicate end: what is left as a mean over what the scheduler may decide,
 * spread over as many trials as train at once. Null while paused and before any pace is known.
 */
export const sweepSecondsLeft = (marks: TrainingMarks, view: ExperimentView): number | null => {
  const trials = trialsLeft(view, marks.trials);
  const { pace } = marks;
  if (pace === null || trials === null || !isAtWork(view)) {
    return null;
  }
  const secondsOf = (training: readonly TrialView[], { epochs, trainings }: ExpectedWork): number => {
    const begun = training.filter(({ trialId }) => view.progress[trialId]?.pace != null).length;
    const starts = Math.max(0, trainings - begun);
    const work = epochs * pace.epochSeconds + starts * pace.setupSeconds;
    const own = training.map(({ trialId }) => trialSecondsLeft(marks, view, trialId) ?? 0);
    return Math.max(work / Math.max(1, Math.min(marks.lanes, Math.ceil(trainings))), ...own);
  };
  // Replicates begin when the last trial has ended.
  return secondsOf(view.trials, trials) + secondsOf(view.replicates?.trials ?? [], replicatesLeft(view, marks.trials));
};
