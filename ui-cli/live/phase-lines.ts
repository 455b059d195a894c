/** One bar a phase. Pure. */
import { type ExperimentView, PHASES, type Phase } from '../../contracts/experiment.ts';
import { formatDuration } from '../text/formats.ts';
import { sweepSecondsLeft } from './estimate.ts';
import type { Part } from './fit.ts';
import { type Bar, barLine, type Line } from './line.ts';
import type { LiveState } from './live-state.ts';

const SHOWN = PHASES.filter((phase) => phase !== 'prepare' && phase !== 'done');

const activeNote = (state: LiveState, view: ExperimentView): string => {
  const seconds = (state.nowMs - state.phaseSinceMs) / 1000;
  if (view.sweep?.isPaused === true && view.phase === 'train') {
    return 'paused';
  }
  const left = sweepSecondsLeft(state.marks, view);
  return left === null ? formatDuration(seconds) : `~${formatDuration(left)} left`;
};

const barOf = (state: LiveState, view: ExperimentView, phase: Phase): Omit<Bar, 'name'> => {
  const seconds = view.timings[phase];
  if (seconds !== undefined) {
    return { fraction: 1, note: formatDuration(seconds) };
  }
  if (view.phase !== phase) {
    return { fraction: 0, note: '' };
  }
  const isStopped = view.status !== 'running';
  return {
    fraction: phase === 'train' ? state.marks.fraction : 0.5,
    note: isStopped ? view.status : activeNote(state, view),
  };
};

/** All phases, or the one that runs. */
export const phasePart = (state: LiveState, view: ExperimentView): Part => {
  const lineOfPhase = (phase: Phase): Line =>
    barLine({ name: phase, ...barOf(state, view, phase) }, state.size.columns);
  const current =
    SHOWN.find((phase) => phase === view.phase) ?? SHOWN.findLast((phase) => view.timings[phase] !== undefined);
  return [
    { lines: SHOWN.map(lineOfPhase), worth: 40 },
    ...(current === undefined ? [] : [{ lines: [lineOfPhase(current)], worth: 160 }]),
  ];
};
