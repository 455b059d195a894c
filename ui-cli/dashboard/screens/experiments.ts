/** All experiments: those that run first, then failed, then finished ones; newest first. */
import { printable } from '../../../contracts/printable.ts';
import {
  bestOf,
  bestText,
  type ExperimentRow,
  isRunning,
  progressText,
  statusText,
} from '../../inspect/experiment-rows.ts';
import { formatDuration } from '../../text/formats.ts';
import { shellWord } from '../core/actions.ts';
import { askFirst, doNow, namesOf } from '../core/ask.ts';
import { fedOf } from '../core/feeds.ts';
import { type KeyBinding, stay } from '../core/keys.ts';
import { lineOf, type Role } from '../core/line.ts';
import { memoLast } from '../core/memo.ts';
import { goTo } from '../core/navigate.ts';
import type { Place } from '../core/places.ts';
import type { Screen } from '../core/screen.ts';
import { type DashboardState, tableOf } from '../core/state.ts';
import { cutText } from '../table/fit-text.ts';
import { cursorRow, shownRows, type Table, targetsOf, viewOf } from '../table/table.ts';
import { tableLines } from '../table/table-lines.ts';
import type { TableState } from '../table/table-state.ts';
import { decisionFeeds, decisionNotes, type GateRows, gateText, knownDecisions } from './gate-column.ts';

type Decisions = ReturnType<typeof knownDecisions>;

type Here = Extract<Place, { screen: 'experiments' }>;

const FEED = { feed: 'experiments', of: '' } as const;

const STATUS_ROLE: Readonly<Record<string, Role>> = {
  running: 'active',
  paused: 'warn',
  failed: 'bad',
  completed: 'done',
};

const tableAt = (nowMs: number, decisions: Decisions): Table<ExperimentRow> => {
  const ageMs = ({ startedAtMs }: ExperimentRow): number => nowMs - startedAtMs;
  const timeMs = ({ startedAtMs, endedAtMs }: ExperimentRow): number => (endedAtMs ?? nowMs) - startedAtMs;
  return {
    name: 'experiments',
    idOf: ({ experimentId }) => experimentId,
    columns: [
      { name: 'experiment', text: ({ experimentId }) => experimentId },
      { name: 'state', text: statusText, role: (row) => STATUS_ROLE[statusText(row)] },
      { name: 'progress', text: progressText, worth: 60 },
      { name: 'best', align: 'right', text: bestText, value: bestOf, worth: 80 },
      { name: 'gate', text: (row) => gateText(row, decisions), worth: 55 },
      { name: 'age', align: 'right', text: (row) => formatDuration(ageMs(row) / 1000), value: ageMs, worth: 50 },
      { name: 'time', align: 'right', text: (row) => formatDuration(timeMs(row) / 1000), value: timeMs, worth: 40 },
    ],
  };
};

const rank = (row: ExperimentRow): number => (isRunning(row) ? 0 : statusText(row) === 'failed' ? 1 : 2);

const inOrder = memoLast((rows: readonly ExperimentRow[]) =>
  rows.toSorted((a, b) => rank(a) - rank(b) || b.startedAtMs - a.startedAtMs),
);

const NO_ROWS: readonly ExperimentRow[] = [];

const rowsOf = ({ data }: DashboardState): readonly ExperimentRow[] => inOrder(fedOf(data, FEED)?.value ?? NO_ROWS);

const content = memoLast((rows: readonly ExperimentRow[], nowMs: number, decisions: Decisions, own: TableState) => {
  const table = tableAt(nowMs, decisions);
  const shown = shownRows(table, rows, own);
  return { table, rows, shown, view: viewOf(table, rows, shown) };
});

const contentOf = (state: DashboardState) =>
  content(rowsOf(state), state.nowMs, knownDecisions(state), tableOf(state, 'experiments'));

const gateRows = (state: DashboardState): GateRows => {
  const { table, rows, shown } = contentOf(state);
  return { rows, shown, columns: table.columns.map(({ name }) => name) };
};

/** Marked experiments, or the one under the cursor, that run. */
const runningTargets = (state: DashboardState): readonly ExperimentRow[] => {
  const { shown, view } = contentOf(state);
  const targets = targetsOf(view, tableOf(state, view.name));
  return shown.filter((row) => targets.includes(row.experimentId) && isRunning(row));
};

const isAnyRunning = (state: DashboardState): boolean => runningTargets(state).length > 0;

const KEYS: readonly KeyBinding[] = [
  {
    keys: ['enter', 'right'],
    label: 'open',
    help: 'open the experiment',
    isActive: (state) => contentOf(state).shown.length > 0,
    press: (state) => {
      const { view } = contentOf(state);
      const experimentId = cursorRow(view, tableOf(state, view.name));
      return stay(experimentId === null ? state : goTo(state, { screen: 'experiment', experimentId }));
    },
  },
  {
    keys: ['p'],
    label: 'pause/resume',
    help: 'pause the marked experiments, or let them go on where all are paused',
    isChange: true,
    isActive: isAnyRunning,
    press: (state) => {
      const targets = runningTargets(state);
      const kind = targets.every((row) => statusText(row) === 'paused') ? 'resume' : 'pause';
      const experimentIds = targets.map(({ experimentId }) => experimentId);
      return doNow(state, { kind: 'steer', experimentIds, request: { kind } });
    },
  },
  {
    keys: ['x'],
    label: 'cancel',
    help: 'cancel the marked experiments after their epoch; results are kept',
    isChange: true,
    isActive: isAnyRunning,
    press: (state) => {
      const experimentIds = runningTargets(state).map(({ experimentId }) => experimentId);
      const what = experimentIds.length === 1 ? (experimentIds[0] ?? '') : `${experimentIds.length} experiments`;
      const action = { kind: 'steer', experimentIds, request: { kind: 'cancel' } } as const;
      return askFirst(state, `Cancel ${what}?`, 'cancel', action, namesOf(experimentIds));
    },
  },
];

export const EXPERIMENTS: Screen<Here> = {
  title: (_, state) => {
    if (fedOf(state.data, FEED)?.value == null) {
      return 'experiments';
    }
    const rows = rowsOf(state);
    const running = rows.filter(isRunning).length;
    return `experiments (${rows.length}${running > 0 ? `, ${running} running` : ''})`;
  },
  feeds: (_, state) => [FEED, ...decisionFeeds(gateRows(state), state)],
  table: (_, state) => contentOf(state).view,
  keys: () => KEYS,
  command: (_, state) => {
    const { view } = contentOf(state);
    const experimentId = cursorRow(view, tableOf(state, view.name));
    return experimentId === null ? 'tt-exp list' : `tt-exp show ${shellWord(experimentId)}`;
  },
  body: (_, state, size) => {
    const { table, rows, shown } = contentOf(state);
    if (rows.length === 0) {
      const isAsked = fedOf(state.data, FEED)?.value == null;
      const none = 'No experiments yet: tt-exp run experiments/smoke.json';
      return [lineOf(isAsked ? 'Asking for the experiments …' : none, 'dim')];
    }
    const notes = decisionNotes(gateRows(state), state).map((text) =>
      lineOf(cutText(printable(text), size.columns), 'warn'),
    );
    const room = { ...size, rows: size.rows - notes.length };
    return [...tableLines(table, shown, tableOf(state, table.name), room), ...notes];
  },
};
