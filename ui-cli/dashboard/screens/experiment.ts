/** One experiment: its phase, and its trials as a leaderboard. */
import type { ExperimentView } from '../../../contracts/experiment.ts';
import type { TrialView } from '../../../contracts/trial.ts';
import { leaderboardOf } from '../../inspect/leaderboard.ts';
import { type Line, lineOf } from '../../live/line.ts';
import { formatDuration, formatMetric } from '../../text/formats.ts';
import { metricName } from '../../text/metric-table.ts';
import { shownValue } from '../../text/objective.ts';
import { askReason } from '../core/ask.ts';
import { fedOf } from '../core/feeds.ts';
import { type KeyBinding, stay } from '../core/keys.ts';
import { goTo } from '../core/navigate.ts';
import type { Place } from '../core/places.ts';
import type { Screen } from '../core/screen.ts';
import { type DashboardState, tableOf } from '../core/state.ts';
import { cursorRow, shownRows, type Table, viewOf } from '../table/table.ts';
import { tableLines } from '../table/table-lines.ts';

type Here = Extract<Place, { screen: 'experiment' }>;

const viewAt = ({ experimentId }: Here, { data }: DashboardState): ExperimentView | null =>
  fedOf(data, { feed: 'experiment', of: experimentId })?.value ?? null;

const leaderboard = (view: ExperimentView): Table<TrialView> => ({
  name: 'leaderboard',
  idOf: ({ trialId }) => trialId,
  columns: [
    { name: 'trial', text: ({ trialId }) => trialId },
    { name: 'state', text: ({ status }) => status },
    {
      name: metricName(view.objective.metric),
      align: 'right',
      text: (trial) => formatMetric(shownValue(trial, view.objective)),
      value: (trial) => shownValue(trial, view.objective),
    },
    ...[...new Set(view.trials.flatMap(({ params }) => Object.keys(params)))].map((key) => ({
      name: key,
      text: ({ params }: TrialView) => String(params[key] ?? '–'),
      worth: 50,
    })),
  ],
});

const contentOf = (view: ExperimentView, state: DashboardState) => {
  const table = leaderboard(view);
  const rows = leaderboardOf(view);
  const shown = shownRows(table, rows, tableOf(state, table.name));
  return { table, shown, tableView: viewOf(table, rows, shown) };
};

const phaseLine = (view: ExperimentView, nowMs: number): Line =>
  lineOf(`${view.status}, ${view.phase}, ${formatDuration((nowMs - view.startedAtMs) / 1000)}`);

const openTrial = (place: Here): KeyBinding => ({
  keys: ['enter', 'right'],
  label: 'open',
  help: 'open the trial',
  isActive: (state) => (viewAt(place, state)?.trials.length ?? 0) > 0,
  press: (state) => {
    const view = viewAt(place, state);
    const trialId = view === null ? null : cursorRow(contentOf(view, state).tableView, tableOf(state, 'leaderboard'));
    return stay(trialId === null ? state : goTo(state, { ...place, screen: 'trial', trialId }));
  },
});

const answer = (place: Here, kind: 'approve' | 'reject', key: string): KeyBinding => ({
  keys: [key],
  label: kind,
  help: kind === 'approve' ? 'let the model that waits become champion' : 'turn the model that waits down',
  isChange: true,
  isActive: (state) => viewAt(place, state)?.gate.decision === 'awaiting_approval',
  press: (state) => {
    const { experimentId } = place;
    return askReason(state, `${kind} the model of ${experimentId}?`, kind, { kind, experimentId, reason: '' });
  },
});

export const EXPERIMENT: Screen<Here> = {
  title: ({ experimentId }) => `experiments › ${experimentId}`,
  feeds: ({ experimentId }) => [{ feed: 'experiment', of: experimentId }],
  table: (place, state) => {
    const view = viewAt(place, state);
    return view === null ? null : contentOf(view, state).tableView;
  },
  keys: (place) => [openTrial(place), answer(place, 'approve', 'a'), answer(place, 'reject', 'A')],
  body: (place, state, size) => {
    const view = viewAt(place, state);
    if (view === null) {
      return [lineOf('Asking for the experiment …', 'dim')];
    }
    const { table, shown } = contentOf(view, state);
    return [
      phaseLine(view, state.nowMs),
      [],
      ...tableLines(table, shown, tableOf(state, table.name), { ...size, rows: size.rows - 2 }),
    ];
  },
};
