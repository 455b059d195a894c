/** One experiment: what it does, its trials as a leaderboard, and what is behind them. */

import { type FeedRequest, fedOf } from '../core/feeds.ts';
import { lineOf } from '../core/line.ts';
import type { Screen } from '../core/screen.ts';
import { type DashboardState, tableOf } from '../core/state.ts';
import { cutText } from '../table/fit-text.ts';
import { tableLines } from '../table/table-lines.ts';
import { contentOf, type Here, trialOf, viewAt } from './experiment/content.ts';
import { requestOf } from './experiment/curves.ts';
import { headerLines } from './experiment/header.ts';
import { experimentKeys } from './experiment/keys.ts';
import { layOut } from './experiment/layout.ts';
import { paneLines } from './experiment/panes.ts';

/** Curves of the drawn trials alone, and only while they are shown. */
const curveFeeds = (experimentId: string, state: DashboardState): readonly FeedRequest[] => {
  const view = viewAt(experimentId, state);
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
    ...curveFeeds(experimentId, state),
  ],
  table: ({ experimentId }, state) => {
    const view = viewAt(experimentId, state);
    return view === null ? null : contentOf(view, state).tableView;
  },
  keys: experimentKeys,
  body: ({ experimentId }, state, { columns, rows }) => {
    const view = viewAt(experimentId, state);
    if (view === null) {
      const trouble = fedOf(state.data, { feed: 'experiment', of: experimentId })?.trouble ?? null;
      return [lineOf(cutText(trouble ?? 'Asking for the experiment …', columns), trouble === null ? 'dim' : 'bad')];
    }
    const content = contentOf(view, state);
    const header = headerLines(view, state, columns);
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
