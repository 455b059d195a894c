/** What keys do on the screen of an experiment. Pure. */
import { type ExperimentView, isPastTraining } from '../../../../contracts/experiment.ts';
import { isPaused } from '../../../run/follow-experiment.ts';
import { askFirst, askReason, doNow, namesOf } from '../../core/ask.ts';
import { MOST_PINNED, nextOf, PANES, togglePin } from '../../core/explore.ts';
import { fedOf } from '../../core/feeds.ts';
import { type KeyBinding, type Step, stay } from '../../core/keys.ts';
import { goTo } from '../../core/navigate.ts';
import { type DashboardState, type Prompt, say, tableOf } from '../../core/state.ts';
import { targetsOf } from '../../table/table.ts';
import { bound, type Key, type Test } from './bound-key.ts';
import { causeKey, experimentCauses } from './causes.ts';
import { contentOf, type Here, leaderboardName, trialOf, viewAt } from './content.ts';
import { awaitsApproval } from './gate-question.ts';
import { momentKeys } from './moment-keys.ts';
import { plotKeys, withExplore } from './plot-keys.ts';
import { canSteer, failedTrials } from './sweep-text.ts';

const isRunning: Test = (view) => view.status === 'running';
const hasTrials: Test = (view) => view.trials.length > 0;

/** Marked trials, or the one under the cursor, that are still to end. */
const cancellable = (view: ExperimentView, state: DashboardState): readonly string[] =>
  targetsOf(contentOf(view, state).tableView, tableOf(state, leaderboardName(view.experimentId))).filter((trialId) => {
    const status = trialOf(view, trialId)?.status;
    return status === 'running' || status === 'pending';
  });

const steer = (state: DashboardState, { experimentId }: ExperimentView, request: Steered): Step =>
  doNow(state, { kind: 'steer', experimentIds: [experimentId], request });
type Steered = Extract<Parameters<typeof doNow>[1], { kind: 'steer' }>['request'];

const parallelKey = (keys: readonly string[], by: 1 | -1): Key => ({
  keys,
  label: null,
  help: by > 0 ? 'train one more trial at once' : 'train one trial less at once',
  isChange: true,
  isActive: (view) => canSteer(view) && (view.sweep?.maxParallel ?? 0) + by > 0,
  press: (state, view) =>
    steer(state, view, { kind: 'parallel', maxParallel: Math.max(1, (view.sweep?.maxParallel ?? 1) + by) }),
});

const answer = (kind: 'approve' | 'reject', key: string): Key => ({
  keys: [key],
  label: kind,
  help: kind === 'approve' ? 'let the model that waits become champion' : 'turn the model that waits down',
  isChange: true,
  isActive: awaitsApproval,
  press: (state, { experimentId }) =>
    askReason(state, `${kind} the model of ${experimentId}?`, kind, { kind, experimentId, reason: '' }),
});

/** What an experiment can have more of: trials, or where it tries one or every point anyway, epochs. */
const extendPrompt = ({ experimentId }: ExperimentView, { data }: DashboardState): Prompt | null => {
  const config = fedOf(data, { feed: 'config', of: experimentId })?.value ?? null;
  if (config === null) {
    return null;
  }
  const trials = config.sweep?.max_trials ?? null;
  if (trials !== null) {
    return { kind: 'trials', experimentId, present: trials };
  }
  const fixed = config.sweep?.fixed['training.num_epochs'];
  const present = typeof fixed === 'number' ? fixed : config.training.num_epochs;
  return { kind: 'epochs', experimentId, present };
};

const KEYS: readonly Key[] = [
  {
    keys: ['enter', 'right'],
    label: 'open',
    help: 'open the trial',
    isActive: (view, state) => contentOf(view, state).cursor !== null,
    press: (state, view) => {
      const { cursor: trialId } = contentOf(view, state);
      const { experimentId } = view;
      return stay(trialId === null ? state : goTo(state, { screen: 'trial', experimentId, trialId }));
    },
  },
  {
    keys: ['v'],
    label: 'view',
    help: 'show curves, the best so far, rungs, events, or workers and what trainings take',
    press: (state) => stay(withExplore(state, { pane: nextOf(PANES, state.explore.pane), top: 0 })),
  },
  {
    keys: ['tab'],
    label: null,
    help: 'move in the other part of the screen',
    press: (state) => stay(withExplore(state, { isPaneFocused: !state.explore.isPaneFocused })),
  },
  {
    keys: ['P'],
    label: 'pin',
    help: `keep drawing the trial's curve, or stop to; ${MOST_PINNED} at most`,
    isActive: hasTrials,
    press: (state, view) => {
      const { cursor } = contentOf(view, state);
      const explore = cursor === null ? state.explore : togglePin(state.explore, view.experimentId, cursor);
      return stay(
        explore === null
          ? say(state, `${MOST_PINNED} trials are pinned; P on one of them lets it go.`, 'bad')
          : { ...state, explore },
      );
    },
  },
  {
    keys: ['p'],
    label: 'pause/resume',
    help: 'pause after the epoch, or resume',
    isChange: true,
    isActive: (view) => view.status === 'running' && !isPastTraining(view.phase),
    press: (state, view) => steer(state, view, { kind: isPaused(view) ? 'resume' : 'pause' }),
  },
  parallelKey(['+', '='], 1),
  parallelKey(['-'], -1),
  {
    keys: ['x'],
    label: 'cancel trial',
    help: 'cancel the marked trials, or this one, after their epoch; results are kept',
    isChange: true,
    isActive: (view, state) => isRunning(view, state) && hasTrials(view, state),
    press: (state, view) => {
      const trialIds = cancellable(view, state);
      if (trialIds.length === 0) {
        return stay(say(state, 'It has ended: there is nothing to cancel.', 'bad'));
      }
      const what = trialIds.length === 1 ? (trialIds[0] ?? '') : `${trialIds.length} trials`;
      const action = { kind: 'cancel-trials', experimentId: view.experimentId, trialIds } as const;
      return askFirst(state, `Cancel ${what}?`, 'cancel', action, namesOf(trialIds));
    },
  },
  {
    keys: ['X'],
    label: null,
    help: 'cancel the whole experiment after the epoch; results are kept',
    isChange: true,
    isActive: isRunning,
    press: (state, { experimentId }) =>
      askFirst(state, `Cancel ${experimentId}?`, 'cancel', {
        ...{ kind: 'steer', experimentIds: [experimentId], request: { kind: 'cancel' } },
      }),
  },
  {
    keys: ['r'],
    label: 'retry',
    help: 'train failed trials again, reusing finished results',
    isChange: true,
    isActive: (view) =>
      canSteer(view) ? failedTrials(view).length > 0 : view.status === 'failed' || view.status === 'cancelled',
    press: (state, view) =>
      view.status === 'running'
        ? steer(state, view, { kind: 'retry' })
        : askFirst(state, `Start ${view.experimentId} again for what has not finished?`, 'retry', {
            ...{ kind: 'steer', experimentIds: [view.experimentId], request: { kind: 'retry' } },
          }),
  },
  {
    keys: ['e'],
    label: 'extend',
    help: 'start a new experiment from this one, with more trials, or epochs where it has no limit of trials',
    isChange: true,
    isActive: (view) => view.status !== 'running',
    press: (state, view) => {
      const prompt = extendPrompt(view, state);
      return stay(
        prompt === null
          ? say(
              state,
              `The settings have not come yet: again in a moment, or tt-exp extend ${view.experimentId}`,
              'bad',
            )
          : { ...state, overlay: { kind: 'prompt', prompt, text: '' } },
      );
    },
  },
  answer('approve', 'a'),
  answer('reject', 'A'),
  {
    keys: ['o'],
    label: null,
    help: 'open its page in MLflow, or tell the address where there is no display',
    press: (state, { experimentId }) => doNow(state, { kind: 'open', what: experimentId }),
  },
];

export const experimentKeys = (place: Here): readonly KeyBinding[] => [
  ...plotKeys,
  ...[...momentKeys, ...KEYS].map((key) => bound(place, key)),
  causeKey((state) => {
    const view = viewAt(place.experimentId, state);
    return view === null ? [] : experimentCauses(view);
  }),
];
