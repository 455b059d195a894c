/** One bar a running trial, with its last figures; below, the count and the best so far. */
import { Box, Text } from 'ink';
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { TrialProgress, TrialView } from '../../contracts/trial.ts';
import { formatDuration, formatMetric, formatParams } from '../formats.ts';
import { EndedRows } from './ended-rows.tsx';
import { trialFraction, trialSecondsLeft } from './estimate.ts';
import { runningTrials } from './live-keys.ts';
import type { LiveState } from './live-state.ts';
import { Row } from './row.tsx';
import { inColour, type Theme } from './theme.ts';

/** More would not fit on a usual screen. */
const MAX_SHOWN = 6;

interface TrialRowsProps {
  readonly state: LiveState;
  readonly view: ExperimentView;
  readonly columns: number;
  readonly theme: Theme;
}

const figures = ({ epoch, step, steps, trainLoss, last, bestNdcg }: TrialProgress): string => {
  const isInside = epoch > (last?.epoch ?? 0) && steps > 0;
  return [
    ...(isInside ? [`step ${step}/${steps}`] : []),
    ...(trainLoss === null ? [] : [`loss ${formatMetric(trainLoss)}`]),
    ...(last === null ? [] : [`ndcg@10 ${formatMetric(last.validation.ndcg_at_10)}`]),
    ...(bestNdcg === null ? [] : [`best ${formatMetric(bestNdcg)}`]),
  ].join('  ');
};

/** Without a heartbeat a trial has not begun to train, or is at a rung: for the reports of others, or for a slot. */
const idleNote = ({ reports }: TrialView): string => {
  const last = reports.at(-1);
  return last === undefined ? 'starting' : `waits at epoch ${last.epoch}`;
};

const noteOf = (state: LiveState, trial: TrialView, progress: TrialProgress | undefined): string => {
  const { trialId } = trial;
  if (progress === undefined) {
    return idleNote(trial);
  }
  const left = trialSecondsLeft(state.marks, trialId, progress, state.nowMs);
  const epochs = `${Math.max(progress.epoch, progress.last?.epoch ?? 0)}/${progress.epochs}`;
  return left === null ? epochs : `${epochs}  ${formatDuration(left)} left`;
};

const RunningTrial = ({ trial, state, view, columns, theme }: TrialRowsProps & { readonly trial: TrialView }) => {
  const progress = view.progress[trial.trialId];
  const resumed = progress?.resumedFromEpoch == null ? '' : ` (resumed after epoch ${progress.resumedFromEpoch})`;
  const isSelected = trial.trialId === state.selectedTrialId;
  const details = progress === undefined ? '' : figures(progress);
  return (
    <Box flexDirection="column">
      <Row
        name={trial.trialId}
        fraction={progress === undefined ? 0 : trialFraction(progress)}
        note={noteOf(state, trial, progress)}
        columns={columns}
        theme={theme}
      />
      {details !== '' && <Text wrap="truncate-end">{`  ${details}`}</Text>}
      <Text
        dimColor={theme.isDim && !isSelected}
        wrap="truncate-end"
      >{`${isSelected ? '>' : ' '} ${formatParams(trial.params)}${resumed}`}</Text>
    </Box>
  );
};

const countLine = ({ trials, sweep }: ExperimentView): string => {
  const count = (...statuses: readonly TrialView['status'][]): number =>
    trials.filter(({ status }) => statuses.includes(status)).length;
  const notable = (['cached', 'failed', 'pruned', 'cancelled'] as const)
    .map((status) => [status, count(status)] as const)
    .filter(([, number]) => number > 0)
    .map(([status, number]) => `${number} ${status}`);
  const ended = trials.length - count('pending', 'running');
  const all = Math.max(trials.length, sweep?.trialCount ?? 0);
  return [`${ended} of ${all} trials finished`, ...notable].join(', ');
};

const BestSoFar = ({ view, theme }: { readonly view: ExperimentView; readonly theme: Theme }) => {
  const best = view.trials.find(({ trialId }) => trialId === view.bestTrialId);
  if (best?.result == null) {
    return null;
  }
  return (
    <Box flexDirection="column">
      <Text {...inColour(theme.done)} wrap="truncate-end">
        {`best so far ${best.trialId}: ndcg@10 ${formatMetric(best.result.validation.ndcg_at_10)}`}
      </Text>
      <Text dimColor={theme.isDim} wrap="truncate-end">{`  ${formatParams(best.params)}`}</Text>
    </Box>
  );
};

/** Trials that are trained right now, then those that wait; the window follows the selected one. */
const windowOf = (running: readonly TrialView[], selectedTrialId: string | null): readonly TrialView[] => {
  const place = running.findIndex(({ trialId }) => trialId === selectedTrialId);
  const start = Math.max(0, Math.min(place - Math.floor(MAX_SHOWN / 2), running.length - MAX_SHOWN));
  return running.slice(start, start + MAX_SHOWN);
};

export const TrialRows = (props: TrialRowsProps) => {
  const { view, theme } = props;
  const running = runningTrials(view);
  const shown = windowOf(running, props.state.selectedTrialId);
  const hidden = running.length - shown.length;
  return (
    <Box flexDirection="column">
      {shown.map((trial) => (
        <RunningTrial key={trial.trialId} trial={trial} {...props} />
      ))}
      {hidden > 0 && <Text dimColor={theme.isDim}>{`and ${hidden} more running`}</Text>}
      <Text>{countLine(view)}</Text>
      <BestSoFar view={view} theme={theme} />
      <EndedRows trials={view.trials} theme={theme} />
    </Box>
  );
};
