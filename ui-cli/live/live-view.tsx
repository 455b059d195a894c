/** The whole live view: header, services or phases, running trials, keys. */
import { Box, Static, Text, useInput } from 'ink';
import { formatCount, formatDuration, formatMetric } from '../formats.ts';
import { canSteer, hasFailedTrial, type LiveKey, runningTrials } from './live-keys.ts';
import type { LiveState } from './live-state.ts';
import { PhaseRows } from './phase-rows.tsx';
import { ServiceRows } from './service-rows.tsx';
import { SweepLine } from './sweep-line.tsx';
import { inColour, type Theme } from './theme.ts';
import { TrialRows } from './trial-rows.tsx';

export interface LiveViewProps {
  readonly state: LiveState;
  readonly columns: number;
  readonly theme: Theme;
  /** False where stdin is no terminal: no keys then. */
  readonly hasKeys: boolean;
  readonly onKey: (key: LiveKey) => void;
}

const KEYS: Readonly<Record<string, LiveKey>> = {
  q: 'detach',
  c: 'cancel',
  y: 'yes',
  n: 'no',
  p: 'pause',
  '+': 'more',
  '=': 'more',
  '-': 'fewer',
  x: 'cancel-trial',
  r: 'retry',
};

const Keys = ({ onKey }: Pick<LiveViewProps, 'onKey'>) => {
  useInput((input, key) => {
    const arrow = key.upArrow ? 'up' : key.downArrow ? 'down' : undefined;
    const named = key.escape ? 'no' : (arrow ?? KEYS[input.toLowerCase()]);
    const pressed = key.ctrl && input === 'c' ? 'detach' : named;
    if (pressed !== undefined && (!key.ctrl || input === 'c')) {
      onKey(pressed);
    }
  });
  return null;
};

/** Only keys that do something now. */
const steeringKeys = (state: LiveState): readonly string[] => {
  const { view, selectedTrialId } = state;
  if (view === null || !canSteer(state)) {
    return [];
  }
  return [
    view.sweep?.isPaused === true ? 'p resume' : 'p pause',
    '+/- at once',
    ...(runningTrials(view).length === 0 ? [] : ['↑↓ select']),
    ...(selectedTrialId === null ? [] : ['x cancel it']),
    ...(hasFailedTrial(state) ? ['r retry failed'] : []),
  ];
};

const footerOf = (state: LiveState, hasKeys: boolean): string => {
  const { dialog, experimentId, view } = state;
  if (view !== null && view.status !== 'running') {
    return '';
  }
  switch (dialog) {
    case 'confirm-cancel':
      return 'Cancel the experiment? y / n';
    case 'cancelling':
      return 'Cancelling: running trials end first.';
    case 'detaching':
      return 'Detaching.';
    case 'none':
      if (!hasKeys) {
        return 'Ctrl-C detach';
      }
      return experimentId === null
        ? 'q, Ctrl-C stop'
        : ['q, Ctrl-C detach', 'c cancel', ...steeringKeys(state)].join('   ');
  }
};

/** Model and baselines on the test part, in one line. */
const TestLine = ({ state }: { readonly state: LiveState }) => {
  const test = state.view?.test ?? null;
  if (test === null) {
    return null;
  }
  const baselines = Object.entries(test.baselines).map(
    ([name, metrics]) => `${name} ${formatMetric(metrics.ndcg_at_10)}`,
  );
  return (
    <Text wrap="truncate-end">{[`test ndcg@10 ${formatMetric(test.model.ndcg_at_10)}`, ...baselines].join('  ')}</Text>
  );
};

export const LiveView = ({ state, columns, theme, hasKeys, onKey }: LiveViewProps) => {
  const { view, services, nowMs, startedAtMs } = state;
  const elapsed = formatDuration((nowMs - (view?.startedAtMs ?? startedAtMs)) / 1000);
  const dataset = view?.dataset;
  return (
    <Box flexDirection="column" width={columns}>
      {hasKeys && <Keys onKey={onKey} />}
      <Static items={[...state.notices]}>{(notice) => <Text key={notice}>{notice}</Text>}</Static>
      <Box justifyContent="space-between">
        <Text bold={theme.isDim} wrap="truncate-end">
          {state.experimentId ?? 'tt-exp'}
        </Text>
        <Text>{elapsed}</Text>
      </Box>
      {view === null ? (
        <ServiceRows services={services} columns={columns} theme={theme} />
      ) : (
        <Box flexDirection="column">
          <PhaseRows state={state} view={view} columns={columns} theme={theme} />
          {dataset != null && (
            <Text dimColor={theme.isDim} wrap="truncate-end">
              {`${dataset.version}: ${formatCount(dataset.samples)} samples`}
            </Text>
          )}
          <SweepLine view={view} theme={theme} />
          {view.trials.length > 0 && <TrialRows state={state} view={view} columns={columns} theme={theme} />}
          <TestLine state={state} />
        </Box>
      )}
      {state.links.map((link) => (
        <Text key={link} dimColor={theme.isDim} wrap="truncate-end">
          {link}
        </Text>
      ))}
      {state.note !== '' && (
        <Text {...inColour(theme.active)} wrap="truncate-end">
          {state.note}
        </Text>
      )}
      <Text
        {...inColour(state.dialog === 'confirm-cancel' ? theme.bad : undefined)}
        dimColor={theme.isDim && state.dialog === 'none'}
      >
        {footerOf(state, hasKeys)}
      </Text>
    </Box>
  );
};
