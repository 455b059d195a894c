/** One trial: how far it came, all its curves, its settings and what has happened to it. */
import type { ExperimentView } from '../../../contracts/experiment.ts';
import { shownTraining, type TrialView } from '../../../contracts/trial.ts';
import { trialSettings } from '../../../policy/trial-plan.ts';
import type { ScreenSize } from '../../display/screen-size.ts';
import { formatDuration, formatParams } from '../../text/formats.ts';
import { objectiveText } from '../../text/objective.ts';
import { shellWord } from '../core/actions.ts';
import { askFirst, doNow } from '../core/ask.ts';
import { CURVE_METRICS, type CurveMetric, nextOf, TRIAL_PANES } from '../core/explore.ts';
import { fedOf } from '../core/feeds.ts';
import { type KeyBinding, stay } from '../core/keys.ts';
import { type Line, lineOf } from '../core/line.ts';
import type { Place } from '../core/places.ts';
import type { Screen } from '../core/screen.ts';
import { type DashboardState, say } from '../core/state.ts';
import { curvePlot } from '../plot/curve-plot.ts';
import { cutText } from '../table/fit-text.ts';
import { causeKey, causeLine, trialCauses } from './experiment/causes.ts';
import { epochsOf, objectiveIn, TRIAL_ROLE, trialOf, trialState, viewAt } from './experiment/content.ts';
import { curveTitle, lastEpochOf, pointsOf, requestOf } from './experiment/curves.ts';
import { eventLines } from './experiment/event-lines.ts';
import { inGrid } from './experiment/layout.ts';
import { scrolledPane, tabsLine } from './experiment/panes.ts';
import { metricKey, scrollPaneKeys, shapeKeys, withExplore } from './experiment/plot-keys.ts';

type Here = Extract<Place, { screen: 'trial' }>;

/** All curves at once in at least as much room, else one after the other. */
const GRID: ScreenSize = { columns: 76, rows: 20 };

const found = ({ experimentId, trialId }: Here, state: DashboardState) => {
  const view = viewAt(experimentId, state);
  const trial = view === null ? null : trialOf(view, trialId);
  return view === null || trial === null ? null : { view, trial };
};

const headerLines = (view: ExperimentView, trial: TrialView, columns: number): readonly Line[] => {
  const { status, attempt, result, epochLimit, reason, error, isReused, trialId } = trial;
  const progress = view.progress[trialId];
  const training = shownTraining(trial);
  const resumed = progress?.resumedFromEpoch ?? result?.resumedFromEpoch ?? null;
  const facts = [
    `epoch ${epochsOf(view, trial)}${epochLimit === undefined ? '' : ` of ${epochLimit}`}`,
    ...(progress === undefined || progress.steps === 0 ? [] : [`step ${progress.step}/${progress.steps}`]),
    objectiveText(view.objective, objectiveIn(view, trial)),
    ...(training === null ? [] : [`best at epoch ${training.bestEpoch}`]),
    ...(result === null ? [] : [formatDuration(result.seconds)]),
    `attempt ${attempt}`,
    ...(resumed === null ? [] : [`resumed after epoch ${resumed}`]),
    ...(isReused ? ['result of an earlier, equal trial'] : []),
    ...(trialId === view.bestTrialId ? ['best so far'] : []),
  ].join(', ');
  const role = TRIAL_ROLE[status];
  const state = trialState(trial, view);
  return [
    [
      { text: state, ...(role === undefined ? {} : { role }) },
      { text: cutText(`  ${facts}`, Math.max(0, columns - state.length)) },
    ],
    lineOf(cutText(formatParams(trial.params), columns), 'dim'),
    ...(reason === null ? [] : [lineOf(cutText(reason, columns))]),
    ...(error === null ? [] : [causeLine(`${error.code}: ${error.message}`, columns, 'bad')]),
  ];
};

const plotOf =
  (view: ExperimentView, trial: TrialView, metric: CurveMetric, state: DashboardState) =>
  (size: ScreenSize): readonly Line[] => {
    const { isLog, smoothing } = state.explore;
    const drawn = { trialId: trial.trialId, role: 'series-1', mark: '*' } as const;
    const curve = { ...drawn, name: trial.trialId, points: pointsOf(view, trial, metric, state.data) };
    const options = { title: curveTitle(view, metric), isLog, smoothing, unit: 'epochs' };
    return curvePlot([curve], { ...options, ...lastEpochOf(view, [drawn]) }, size);
  };

const settingLines = (view: ExperimentView, trial: TrialView, state: DashboardState): readonly Line[] => {
  const config = fedOf(state.data, { feed: 'config', of: view.experimentId })?.value ?? null;
  const own = Object.entries(trial.params);
  const all = config === null ? null : trialSettings(config, trial.params);
  const rows = (entries: readonly (readonly [string, unknown])[], role?: 'strong'): readonly Line[] =>
    entries.map(([key, value]) => lineOf(`${key.padEnd(32)} ${JSON.stringify(value)}`, role));
  const isOwn = (key: string): boolean => own.some(([name]) => name === key);
  const part = (name: string, values: object): readonly Line[] =>
    Object.entries(values).flatMap(([key, value]) =>
      isOwn(`${name}.${key}`) ? [] : rows([[`${name}.${key}`, value]]),
    );
  return [
    ...rows(own, 'strong'),
    ...(all === null
      ? [lineOf('Asking for the other settings …', 'dim')]
      : [...part('training', all.training), ...part('model', all.model), ...rows([['seed', all.seed]])]),
  ];
};

const paneLines = (
  view: ExperimentView,
  trial: TrialView,
  state: DashboardState,
  size: ScreenSize,
): readonly Line[] => {
  switch (state.explore.trialPane) {
    case 'curves':
      return size.columns >= GRID.columns && size.rows >= GRID.rows
        ? inGrid(
            size,
            2,
            CURVE_METRICS.map((metric) => plotOf(view, trial, metric, state)),
          )
        : plotOf(view, trial, state.explore.metric, state)(size);
    case 'settings':
      return scrolledPane(settingLines(view, trial, state), state, size);
    case 'events': {
      const isTold = (text: string): boolean => text.startsWith(`${trial.trialId}:`);
      const lines = eventLines(view.experimentId, state, isTold);
      const nothing = view.status === 'running' ? 'Nothing has happened to it yet.' : 'Nothing has happened to it.';
      return scrolledPane(lines.length === 0 ? [lineOf(nothing, 'dim')] : lines, state, size);
    }
  }
};

const isOpen = ({ status }: TrialView): boolean => status === 'running' || status === 'pending';

const keysOf = (place: Here): readonly KeyBinding[] => [
  {
    keys: ['v'],
    label: 'view',
    help: 'show curves, settings, or events',
    press: (state) => stay(withExplore(state, { trialPane: nextOf(TRIAL_PANES, state.explore.trialPane), top: 0 })),
  },
  ...scrollPaneKeys.map((key) => ({
    ...key,
    isActive: ({ explore }: DashboardState) => explore.trialPane !== 'curves',
  })),
  ...shapeKeys,
  metricKey,
  {
    keys: ['x'],
    label: 'cancel',
    help: 'cancel the trial after its epoch; its results are kept',
    isChange: true,
    isActive: (state) => {
      const here = found(place, state);
      return here !== null && here.view.status === 'running';
    },
    press: (state) => {
      const trial = found(place, state)?.trial;
      if (trial === undefined || !isOpen(trial)) {
        return stay(say(state, 'It has ended: there is nothing to cancel.', 'bad'));
      }
      const { experimentId, trialId } = place;
      const action = { kind: 'cancel-trials', experimentId, trialIds: [trialId] } as const;
      return askFirst(state, `Cancel ${trialId}?`, 'cancel', action);
    },
  },
  causeKey((state) => {
    const here = found(place, state);
    return here === null ? [] : trialCauses(here.trial);
  }),
  {
    keys: ['o'],
    label: 'open in MLflow',
    help: 'open its page in MLflow, or tell the address where there is no display',
    isActive: (state) => (found(place, state)?.trial.runId ?? null) !== null,
    press: (state) => doNow(state, { kind: 'open', what: `${place.experimentId}/${place.trialId}` }),
  },
];

export const TRIAL: Screen<Here> = {
  title: ({ experimentId, trialId }) => `experiments › ${experimentId} › ${trialId}`,
  feeds: (place, state) => {
    const here = found(place, state);
    const metrics = here === null || state.explore.trialPane !== 'curves' ? [] : CURVE_METRICS;
    return [
      { feed: 'experiment', of: place.experimentId },
      { feed: 'config', of: place.experimentId, version: 'once' },
      ...metrics.flatMap((metric) => (here === null ? [] : (requestOf(here.view, here.trial, metric) ?? []))),
    ];
  },
  table: () => null,
  keys: keysOf,
  command: ({ experimentId, trialId }) => `tt-exp why ${shellWord(`${experimentId}/${trialId}`)}`,
  body: (place, state, { columns, rows }) => {
    const here = found(place, state);
    if (here === null) {
      const isAsked = viewAt(place.experimentId, state) === null;
      return [lineOf(isAsked ? 'Asking for the experiment …' : `The experiment has no ${place.trialId}.`, 'dim')];
    }
    const header = headerLines(here.view, here.trial, columns);
    const room = { columns, rows: Math.max(0, rows - header.length - 1) };
    return [
      ...header,
      tabsLine(TRIAL_PANES, state.explore.trialPane, false),
      ...paneLines(here.view, here.trial, state, room),
    ];
  },
};
