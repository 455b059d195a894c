/** One experiment: what it does, its trials as a leaderboard, and what is behind them. */

import { nearestName } from '../../../config/nearest.ts';
import { printable } from '../../../contracts/printable.ts';
import { wrapLine } from '../../text/table.ts';
import { shellWord } from '../core/actions.ts';
import { type FeedRequest, fedOf } from '../core/feeds.ts';
import { type Line, lineOf } from '../core/line.ts';
import type { Screen } from '../core/screen.ts';
import { type DashboardState, tableOf } from '../core/state.ts';
import { tableLines } from '../table/table-lines.ts';
import { contentOf, type Here, shownAt, trialOf, viewAt } from './experiment/content.ts';
import { requestOf } from './experiment/curves.ts';
import { gateFeeds } from './experiment/gate-question.ts';
import { headerLines } from './experiment/header.ts';
import { experimentKeys } from './experiment/keys.ts';
import { layOut } from './experiment/layout.ts';
import { historyRequest, stepsBackOf, utcText } from './experiment/moment.ts';
import { paneLines } from './experiment/panes.ts';
import { workFeeds } from './experiment/work.ts';

/** Of one that has ended, once somebody looks back. */
const historyFeeds = (experimentId: string, state: DashboardState): readonly FeedRequest[] => {
  const view = viewAt(experimentId, state);
  const isWanted = view !== null && view.status !== 'running' && stepsBackOf(experimentId, state) > 0;
  return isWanted ? [historyRequest(view)] : [];
};

const paneFeeds = (experimentId: string, state: DashboardState): readonly FeedRequest[] => {
  const view = state.explore.pane === 'work' ? viewAt(experimentId, state) : null;
  return view === null ? [] : workFeeds(view);
};

const approvalFeeds = (experimentId: string, state: DashboardState): readonly FeedRequest[] => {
  const view = viewAt(experimentId, state);
  return view === null ? [] : gateFeeds(view, state);
};

/** Curves of the drawn trials alone, and only while they are shown. */
const curveFeeds = (experimentId: string, state: DashboardState): readonly FeedRequest[] => {
  const view = shownAt(experimentId, state)?.view ?? null;
  return view === null || state.explore.pane !== 'curves'
    ? []
    : contentOf(view, state).drawn.flatMap(({ trialId }) => {
        const trial = trialOf(view, trialId);
        const request = trial === null ? null : requestOf(view, trial, state.explore.metric);
        return request === null ? [] : [request];
      });
};

/** While there is no view of it, why. */
const missingLines = (experimentId: string, { data }: DashboardState, columns: number): readonly Line[] => {
  const trouble = fedOf(data, { feed: 'experiment', of: experimentId })?.trouble ?? null;
  if (trouble === null) {
    return [lineOf('Asking for the experiment …', 'dim')];
  }
  const listed = (fedOf(data, { feed: 'experiments', of: '' })?.value ?? []).map((row) => row.experimentId);
  const nearest = listed.includes(experimentId) ? null : nearestName(experimentId, listed);
  return [trouble, ...(nearest === null ? [] : [`Did you mean ${nearest}? :open ${nearest}`])]
    .flatMap((text) => wrapLine(printable(text), columns))
    .map((text) => lineOf(text, 'bad'));
};

export const EXPERIMENT: Screen<Here> = {
  title: ({ experimentId }) => `experiments › ${experimentId}`,
  feeds: ({ experimentId }, state) => [
    { feed: 'experiment', of: experimentId },
    { feed: 'config', of: experimentId, version: 'once' },
    ...historyFeeds(experimentId, state),
    ...approvalFeeds(experimentId, state),
    ...paneFeeds(experimentId, state),
    ...curveFeeds(experimentId, state),
  ],
  table: ({ experimentId }, state) => {
    const view = shownAt(experimentId, state)?.view ?? null;
    return view === null ? null : contentOf(view, state).tableView;
  },
  keys: experimentKeys,
  command: ({ experimentId }) => `tt-exp show ${shellWord(experimentId)}`,
  footer: ({ experimentId }, state) => {
    const atMs = shownAt(experimentId, state)?.atMs ?? null;
    if (atMs !== null) {
      return `${utcText(atMs)}  < earlier  > later  Esc now`;
    }
    const [asked] = historyFeeds(experimentId, state);
    return asked === undefined || fedOf(state.data, asked)?.value != null ? null : 'Asking for the history …  Esc now';
  },
  body: ({ experimentId }, state, { columns, rows }) => {
    const shown = shownAt(experimentId, state);
    if (shown === null) {
      return missingLines(experimentId, state, columns);
    }
    const { view } = shown;
    const content = contentOf(view, state);
    const header = headerLines(shown, state, columns);
    const own = tableOf(state, content.table.name);
    return [
      ...header,
      ...layOut(
        { columns, rows: rows - header.length },
        {
          table: (size) => tableLines(content.table, content.shown, own, size),
          pane: (size) => paneLines(view, content, state, size),
          wanted: content.shown.length + 2,
        },
      ),
    ];
  },
};
