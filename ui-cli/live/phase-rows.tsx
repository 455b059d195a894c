/** One bar a phase. */
import { Box } from 'ink';
import { type ExperimentView, PHASES, type Phase } from '../../contracts/experiment.ts';
import { formatDuration } from '../formats.ts';
import { sweepSecondsLeft, trialFraction } from './estimate.ts';
import type { LiveState } from './live-state.ts';
import { Row } from './row.tsx';
import type { Theme } from './theme.ts';

const SHOWN = PHASES.filter((phase) => phase !== 'prepare' && phase !== 'done');

/** Ended trials count whole, running ones by their epochs. */
const trainFraction = ({ trials, progress, sweep }: ExperimentView): number => {
  const done = trials.reduce((sum, { trialId, status }) => {
    const running = progress[trialId];
    const share = running === undefined ? 0 : trialFraction(running);
    return sum + (status === 'pending' ? 0 : status === 'running' ? share : 1);
  }, 0);
  const all = Math.max(trials.length, sweep?.trialCount ?? 0);
  return all === 0 ? 0 : done / all;
};

const activeNote = (state: LiveState, view: ExperimentView): string => {
  const seconds = (state.nowMs - state.phaseSinceMs) / 1000;
  if (view.phase !== 'train') {
    return formatDuration(seconds);
  }
  const left = sweepSecondsLeft(state.marks, view, state.nowMs);
  return left === null ? formatDuration(seconds) : `${formatDuration(left)} left`;
};

const rowOf = (state: LiveState, view: ExperimentView, phase: Phase): { fraction: number; note: string } => {
  const seconds = view.timings[phase];
  if (seconds !== undefined) {
    return { fraction: 1, note: formatDuration(seconds) };
  }
  if (view.phase !== phase) {
    return { fraction: 0, note: '' };
  }
  const isStopped = view.status !== 'running';
  return {
    fraction: phase === 'train' ? trainFraction(view) : 0.5,
    note: isStopped ? view.status : activeNote(state, view),
  };
};

export interface PhaseRowsProps {
  readonly state: LiveState;
  readonly view: ExperimentView;
  readonly columns: number;
  readonly theme: Theme;
}

export const PhaseRows = ({ state, view, columns, theme }: PhaseRowsProps) => (
  <Box flexDirection="column">
    {SHOWN.map((phase) => (
      <Row key={phase} name={phase} {...rowOf(state, view, phase)} columns={columns} theme={theme} />
    ))}
  </Box>
);
