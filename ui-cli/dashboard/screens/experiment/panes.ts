/** What is shown beside the leaderboard: curves, best so far, rungs or events. Pure. */
import stringWidth from 'string-width';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { isBetter, isRanked } from '../../../../policy/ranking.ts';
import type { ScreenSize } from '../../../display/screen-size.ts';
import { metricName } from '../../../text/metric-table.ts';
import { PANES, type Pane } from '../../core/explore.ts';
import { fedOf } from '../../core/feeds.ts';
import type { Line } from '../../core/line.ts';
import type { DashboardState } from '../../core/state.ts';
import { type Curve, curvePlot } from '../../plot/curve-plot.ts';
import { cutText } from '../../table/fit-text.ts';
import { type Content, shownAt } from './content.ts';
import { curvesOf, curveTitle, lastEpochOf } from './curves.ts';
import { eventLines } from './event-lines.ts';
import { rungLines } from './rungs.ts';
import { workLines } from './work.ts';

const curvesPane = (view: ExperimentView, { drawn }: Content, state: DashboardState, size: ScreenSize) => {
  const { metric, isLog, smoothing } = state.explore;
  const options = { title: curveTitle(view, metric), isLog, smoothing, unit: 'epochs', ...lastEpochOf(view, drawn) };
  const untilMs = shownAt(view.experimentId, state)?.atMs ?? undefined;
  return curvePlot(curvesOf(view, drawn, metric, state.data, untilMs), options, size);
};

/** What each trial has shown, and the best until then, by the trials' places in the plan. */
export const bestCurves = ({ trials, objective }: ExperimentView): readonly Curve[] => {
  const points: { readonly x: number; readonly y: number }[] = [];
  const best: { readonly x: number; readonly y: number }[] = [];
  trials.forEach((trial, place) => {
    if (isRanked(trial)) {
      const last = best.at(-1)?.y;
      points.push({ x: place + 1, y: trial.value });
      best.push({
        x: place + 1,
        y: last === undefined || isBetter(objective.direction, trial.value, last) ? trial.value : last,
      });
    }
  });
  return [
    { name: 'best so far', role: 'series-1', mark: 'b', points: best },
    { name: 'each trial', role: 'series-2', mark: '·', points, isScatter: true },
  ];
};

const bestPane = (view: ExperimentView, _: Content, { explore }: DashboardState, size: ScreenSize) =>
  curvePlot(
    bestCurves(view),
    { title: `best ${metricName(view.objective.metric)} so far`, isLog: explore.isLog, smoothing: 0, unit: 'trials' },
    size,
  );

/** Lines that can be longer than the pane. */
export const scrolledPane = (
  lines: readonly Line[],
  { explore }: DashboardState,
  { columns, rows }: ScreenSize,
): readonly Line[] => {
  const top = Math.max(0, Math.min(explore.top, lines.length - rows));
  return lines.slice(top, top + rows).map((line) => cutLine(line, columns));
};

const cutLine = (line: Line, columns: number): Line => {
  let room = columns;
  return line.map((span) => {
    const text = cutText(span.text, room);
    room -= stringWidth(text);
    return { ...span, text };
  });
};

type Draw = (view: ExperimentView, content: Content, state: DashboardState, size: ScreenSize) => readonly Line[];

const DRAW: Readonly<Record<Pane, Draw>> = {
  curves: curvesPane,
  best: bestPane,
  rungs: (view, _, state, size) =>
    scrolledPane(
      rungLines(view, fedOf(state.data, { feed: 'config', of: view.experimentId })?.value ?? null),
      state,
      size,
    ),
  work: (view, _, state, size) => scrolledPane(workLines(view, state), state, size),
  events: (view, _, state, size) =>
    scrolledPane(
      eventLines(view.experimentId, state, () => true, shownAt(view.experimentId, state)),
      state,
      size,
    ),
};

/** Names of all panes, the one that is shown marked. */
export const tabsLine = (panes: readonly string[], shown: string, isFocused: boolean): Line =>
  panes.flatMap((pane, place): Line => {
    const isShown = pane === shown;
    const text = isShown ? `[${pane}]` : ` ${pane} `;
    const role = isShown ? (isFocused ? 'cursor' : 'strong') : 'dim';
    return [{ text: place === 0 ? '' : ' ' }, { text, role }];
  });

/** At most `size.rows` lines. */
export const paneLines = (
  view: ExperimentView,
  content: Content,
  state: DashboardState,
  size: ScreenSize,
): readonly Line[] =>
  size.rows < 2
    ? []
    : [
        tabsLine(PANES, state.explore.pane, state.explore.isPaneFocused),
        ...DRAW[state.explore.pane](view, content, state, { ...size, rows: size.rows - 1 }),
      ];
