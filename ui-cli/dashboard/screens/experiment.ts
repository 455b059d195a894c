/** One experiment: what it does, its trials as a leaderboard, and what is behind them. */

import { type FeedRequest, fedOf } from '../core/feeds.ts';
import { lineOf } from '../core/line.ts';
import type { Screen } from '../core/screen.ts';
import { type DashboardState, tableOf } from '../core/state.ts';
import { cutText } from '../table/fit-text.ts';
import { tableLines } from '../table/table-lines.ts';
import { contentOf, type Here, shownAt, trialOf, viewAt } from './experiment/content.ts';
import { requestOf } from './experiment/curves.ts';
import { headerLines } from './experiment/header.ts';
import { experimentKeys } from './experiment/keys.ts';
import { layOut } from './experiment/layout.ts';
import { historyRequest, stepsBackOf, utcText } from './experiment/moment.ts';
import { paneLines } from './experiment/panes.ts';

/** Of one that has ended, once somebody looks back. */
const historyFeeds = (experimentId: string, state: DashboardState): readonly FeedRequest[] => {
  const view = viewAt(experimentId, state);
  const isWanted = view !== null && view.status !== 'running' && stepsBackOf(experimentId, state) > 0;
  return isWanted ? [historyRequest(view)] : [];
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

export const EXPERIMENT: Screen<Here> = {
  title: ({ experimentId }) => `experiments › ${experimentId}`,
  feeds: ({ experimentId }, state) => [
    { feed: 'experiment', of: experimentId },
    { feed: 'config', of: experimentId, version: 'once' },
    ...historyFeeds(experimentId, state),
    ...curveFeeds(experimentId, state),
  ],
  table: ({ experimentId }, state) => {
    const view = shownAt(experimentId, state)?.view ?? null;
    return view === null ? null : contentOf(view, state).tableView;
  },
  keys: experimentKeys,
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
      const trouble = fedOf(state.data, { feed: 'experiment', of: experimentId })?.trouble ?? null;
      return [lineOf(cutText(trouble ?? 'Asking for the experiment …', columns), trouble === null ? 'dim' : 'bad')];
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
