/** What the screen of an experiment has to show: its view, its leaderboard, and the trials whose curves are drawn. Pure. */
import { type ExperimentView, trainingsOf } from '../../../../contracts/experiment.ts';
import { shownTraining, type TrialView } from '../../../../contracts/trial.ts';
import { leaderboardOf } from '../../../inspect/leaderboard.ts';
import { formatDuration, formatMetric, formatParameter } from '../../../text/formats.ts';
import { metricName } from '../../../text/metric-table.ts';
import { shownValue } from '../../../text/objective.ts';
import { trialStatusText } from '../../../text/trial-status.ts';
import { fedOf } from '../../core/feeds.ts';
import type { Role, SeriesRole } from '../../core/line.ts';
import { memoLast } from '../../core/memo.ts';
import type { Place } from '../../core/places.ts';
import type { TableView } from '../../core/screen.ts';
import { type DashboardState, tableOf } from '../../core/state.ts';
import { type Column, cursorRow, shownRows, type Table, viewOf } from '../../table/table.ts';
import type { TableState } from '../../table/table-state.ts';
import { type Shown, shownOf } from './moment.ts';

export type Here = Extract<Place, { screen: 'experiment' }>;

export const viewAt = (experimentId: string, { data }: DashboardState): ExperimentView | null =>
  fedOf(data, { feed: 'experiment', of: experimentId })?.value ?? null;

/** As it was at the moment that somebody looks at. */
export const shownAt = (experimentId: string, state: DashboardState): Shown | null => {
  const view = viewAt(experimentId, state);
  return view === null ? null : shownOf(view, state);
};

/** A trial whose curve is drawn. */
export interface DrawnTrial {
  readonly trialId: string;
  readonly role: SeriesRole;
  readonly mark: string;
}

export const TRIAL_ROLE: Readonly<Partial<Record<TrialView['status'], Role>>> = {
  running: 'active',
  failed: 'bad',
  completed: 'done',
  cached: 'done',
  pruned: 'dim',
  cancelled: 'dim',
  pending: 'dim',
};

/** It has begun, and trains again once there is room, or a decision. */
export const isWaiting = (trial: TrialView): boolean => trial.status === 'running' && trial.isInFlight === false;

export const trialState = (trial: TrialView, experiment: Pick<ExperimentView, 'status'>): string =>
  isWaiting(trial) ? 'waiting' : trialStatusText(trial.status, experiment);

/** Epochs that it has trained, as far as anybody says. */
export const epochsOf = (view: ExperimentView, trial: TrialView): number => {
  const { epoch = 0, last = null } = view.progress[trial.trialId] ?? {};
  return Math.max(shownTraining(trial)?.epochs ?? 0, last?.epoch ?? 0, epoch - 1, trial.reports.at(-1)?.epoch ?? 0);
};

/** Also of one in training, as far as it has come. */
export const objectiveIn = (view: ExperimentView, trial: TrialView): number | null =>
  shownValue(trial, view.objective) ?? view.progress[trial.trialId]?.best?.[view.objective.metric] ?? null;

/** The last part of its key, where only one key ends so and no other column has the name. */
const paramColumns = (view: ExperimentView, taken: readonly string[]): readonly Column<TrialView>[] => {
  const keys = [...new Set(view.trials.flatMap(({ params }) => Object.keys(params)))];
  const short = (key: string): string => key.slice(key.lastIndexOf('.') + 1);
  const isOwn = (key: string): boolean =>
    !taken.includes(short(key)) && keys.filter((other) => short(other) === short(key)).length === 1;
  return keys.map((key) => ({
    name: isOwn(key) ? short(key) : key,
    align: view.trials.every(({ params }) => typeof (params[key] ?? 0) === 'number') ? 'right' : 'left',
    text: ({ params }) => (params[key] === undefined ? '–' : formatParameter(params[key])),
    value: ({ params }) => {
      const value = params[key] ?? null;
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    },
    worth: 60,
  }));
};

const GATE_COLUMN = 'vs champion';

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${formatMetric(Math.abs(value))}`;

/** Of the trial that the gate has compared with the champion, by test NDCG@10. */
const gateColumn = ({ gate: { ci }, bestTrialId }: ExperimentView): readonly Column<TrialView>[] =>
  ci === null
    ? []
    : [
        {
          name: GATE_COLUMN,
          text: ({ trialId }) =>
            trialId === bestTrialId ? `${signed(ci.mean)} [${signed(ci.low)}, ${signed(ci.high)}]` : '',
          value: ({ trialId }) => (trialId === bestTrialId ? ci.mean : null),
          worth: 65,
        },
      ];

export const leaderboardName = (experimentId: string): string => `leaderboard:${experimentId}`;

const leaderboard = (
  view: ExperimentView,
  status: ExperimentView['status'],
  drawn: readonly DrawnTrial[],
): Table<TrialView> => {
  const metric = metricName(view.objective.metric);
  const seconds = ({ result }: TrialView): number | null => result?.seconds ?? null;
  return {
    name: leaderboardName(view.experimentId),
    idOf: ({ trialId }) => trialId,
    columns: [
      { name: 'trial', text: ({ trialId }) => `${trialId}${trialId === view.bestTrialId ? ' best' : ''}` },
      {
        name: 'pin',
        text: ({ trialId }) => drawn.find((one) => one.trialId === trialId)?.mark ?? '',
        role: ({ trialId }) => drawn.find((one) => one.trialId === trialId)?.role,
        worth: 70,
      },
      {
        name: 'state',
        text: (trial) => trialState(trial, { status }),
        role: (trial) => (isWaiting(trial) ? 'dim' : TRIAL_ROLE[trial.status]),
        worth: 90,
      },
      {
        name: 'epoch',
        align: 'right',
        text: (trial) => `${epochsOf(view, trial)}${trial.epochLimit === undefined ? '' : `/${trial.epochLimit}`}`,
        value: (trial) => epochsOf(view, trial),
        worth: 80,
      },
      {
        name: metric,
        align: 'right',
        text: (trial) => formatMetric(objectiveIn(view, trial)),
        // It cannot be chosen: shown, but below all that can.
        value: (trial) => (trial.status === 'failed' ? null : objectiveIn(view, trial)),
      },
      ...gateColumn(view),
      ...paramColumns(view, ['trial', 'pin', 'state', 'epoch', metric, GATE_COLUMN, 'time', 'why']),
      {
        name: 'time',
        align: 'right',
        text: (trial) => (seconds(trial) === null ? '–' : formatDuration(seconds(trial) ?? 0)),
        value: seconds,
        worth: 50,
      },
      { name: 'why', text: ({ error, reason }) => error?.message ?? reason ?? '', worth: 20 },
    ],
  };
};

export interface Content {
  readonly table: Table<TrialView>;
  readonly shown: readonly TrialView[];
  readonly tableView: TableView;
  /** Pinned trials, then the one under the cursor. */
  readonly drawn: readonly DrawnTrial[];
  /** Id of the trial under the cursor. */
  readonly cursor: string | null;
}

const NONE_PINNED: readonly (string | null)[] = [];

const content = memoLast(
  (
    view: ExperimentView,
    status: ExperimentView['status'],
    tableState: TableState,
    pinned: readonly (string | null)[],
  ): Content => {
    const rows = [...leaderboardOf(view), ...(view.replicates?.trials ?? [])];
    const plain = leaderboard(view, status, []);
    const shown = shownRows(plain, rows, tableState);
    const tableView = viewOf(plain, rows, shown);
    const cursor = cursorRow(tableView, tableState);
    const drawn = pinned.flatMap((trialId, place): readonly DrawnTrial[] =>
      trialId === null ? [] : [{ trialId, role: `series-${place + 1}` as SeriesRole, mark: String(place + 1) }],
    );
    const isPinned = drawn.some(({ trialId }) => trialId === cursor);
    const all: readonly DrawnTrial[] =
      cursor === null || isPinned ? drawn : [...drawn, { trialId: cursor, role: 'series-6', mark: '>' }];
    return { table: leaderboard(view, status, all), shown, tableView, drawn: all, cursor };
  },
);

export const contentOf = (view: ExperimentView, state: DashboardState): Content =>
  content(
    view,
    // At a moment that has passed it was running.
    view === viewAt(view.experimentId, state) ? view.status : 'running',
    tableOf(state, leaderboardName(view.experimentId)),
    state.explore.pinned[view.experimentId] ?? NONE_PINNED,
  );

export const trialOf = (view: ExperimentView, trialId: string): TrialView | null =>
  trainingsOf(view).find((trial) => trial.trialId === trialId) ?? null;
