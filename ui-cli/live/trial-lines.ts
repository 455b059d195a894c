/** Running trials: a bar each, with its last figures and its parameters. Pure. */

import { type ExperimentView, trainingsOf } from '../../contracts/experiment.ts';
import type { Objective } from '../../contracts/objective.ts';
import type { TrialProgress, TrialView } from '../../contracts/trial.ts';
import { formatDuration, formatMetric, formatParams } from '../text/formats.ts';
import { objectiveText } from '../text/objective.ts';
import { trialFraction, trialSecondsLeft } from './estimate.ts';
import type { Part, Variant } from './fit.ts';
import { barLine, type Line, lineOf, NAME_WIDTH } from './line.ts';
import type { LiveState } from './live-state.ts';

/** Trials and replicates that have begun and not ended, as they are shown: those that are trained first, then those that wait. */
export const runningTrials = (view: ExperimentView): readonly TrialView[] => {
  const running = trainingsOf(view).filter(({ status }) => status === 'running');
  const isTrained = ({ trialId }: TrialView): boolean => view.progress[trialId] !== undefined;
  return [...running.filter(isTrained), ...running.filter((trial) => !isTrained(trial))];
};

const figures = ({ epoch, step, steps, trainLoss, last, best }: TrialProgress, objective: Objective): string => {
  const isInside = epoch > (last?.epoch ?? 0) && steps > 0;
  return [
    ...(isInside ? [`step ${step}/${steps}`] : []),
    ...(trainLoss === null ? [] : [`loss ${formatMetric(trainLoss)}`]),
    ...(last === null ? [] : [objectiveText(objective, last.validation[objective.metric])]),
    ...(best == null ? [] : [`best ${formatMetric(best[objective.metric])}`]),
  ].join('  ');
};

/** Without a heartbeat a trial has not begun to train, is at a rung (for the reports of others, or for a slot), or paused. */
const idleNote = (trial: TrialView, epochs: number, isPaused: boolean): string => {
  const isAtRung = epochs === trial.reports.at(-1)?.epoch;
  if (epochs === 0) {
    return isPaused ? 'paused' : 'starting';
  }
  return isAtRung ? `waits at epoch ${epochs}` : `${isPaused ? 'paused' : 'waits'} after epoch ${epochs}`;
};

const noteOf = ({ marks }: LiveState, view: ExperimentView, trial: TrialView): string => {
  const { trialId } = trial;
  const progress = view.progress[trialId];
  const mark = marks.trials[trialId];
  const shown = Math.floor(mark?.epochs ?? 0);
  if (progress === undefined) {
    return idleNote(trial, shown, view.sweep?.isPaused === true);
  }
  const limit = mark?.limit ?? progress.epochs;
  const epochs = `${Math.max(progress.epoch, shown)}/${limit}`;
  const left = trialSecondsLeft(marks, view, trialId);
  if (left === null || left === 0) {
    return progress.epoch === 0 && progress.last === null ? `${epochs}  loading` : epochs;
  }
  const isLastRung = progress.epochs >= limit;
  return `${epochs}  ${isLastRung ? `${formatDuration(left)} left` : `epoch ${progress.epochs} in ${formatDuration(left)}`}`;
};

/** Those of replicates are longer. */
const widthOf = (name: string): number => Math.max(NAME_WIDTH, name.length + 1);

/** One to three lines; the marker stands on the first one. */
const trialLines = (state: LiveState, view: ExperimentView, trial: TrialView): readonly Line[] => {
  const { trialId, params } = trial;
  const progress = view.progress[trialId];
  const isSelected = trialId === state.selectedTrialId;
  const name = `${isSelected ? '>' : ' '} ${trialId}`;
  const fraction = trialFraction(state.marks.trials[trialId]);
  const details = progress === undefined ? '' : figures(progress, view.objective);
  const resumed = progress?.resumedFromEpoch == null ? '' : ` (resumed after epoch ${progress.resumedFromEpoch})`;
  return [
    barLine({ name, fraction, note: noteOf(state, view, trial) }, state.size.columns, widthOf(name)),
    ...(details === '' ? [] : [lineOf(`    ${details}`)]),
    lineOf(`    ${formatParams(params)}${resumed}`, isSelected ? undefined : 'dim'),
  ];
};

/** The window follows the selected trial. */
const windowOf = (
  running: readonly TrialView[],
  selectedTrialId: string | null,
  size: number,
): readonly TrialView[] => {
  const place = running.findIndex(({ trialId }) => trialId === selectedTrialId);
  const start = Math.max(0, Math.min(place - Math.floor(size / 2), running.length - size));
  return running.slice(start, start + size);
};

/** More trials than these give way to everything else. */
const USUAL = 6;

/** All lines of each, or their bars alone; of fewer and fewer trials. */
export const trialPart = (state: LiveState, view: ExperimentView): Part => {
  const running = runningTrials(view);
  const lines = new Map<string, readonly Line[]>();
  const linesOf = (trial: TrialView): readonly Line[] => {
    const known = lines.get(trial.trialId) ?? trialLines(state, view, trial);
    lines.set(trial.trialId, known);
    return known;
  };
  const variant = (count: number, isFull: boolean, worth: number): Variant => {
    const shown = windowOf(running, state.selectedTrialId, count);
    const hidden = running.length - shown.length;
    return {
      lines: [
        ...shown.flatMap((trial) => linesOf(trial).slice(0, isFull ? 3 : 1)),
        ...(hidden > 0 ? [lineOf(`  and ${hidden} more running`, 'dim')] : []),
      ],
      worth,
    };
  };
  const most = Math.min(running.length, state.size.rows);
  const usual = Math.min(most, USUAL);
  const falling = (from: number, to: number): readonly number[] =>
    Array.from({ length: Math.max(0, from - to) }, (_, step) => from - step);
  return running.length === 0
    ? []
    : [
        ...falling(most, usual).map((count) => variant(count, true, 5)),
        variant(usual, true, 60),
        ...falling(usual, 1).map((count) => variant(count, false, 110)),
        variant(1, false, 180),
      ];
};
