/** Keys that go through the history of an experiment that has ended. Pure. */
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { type Step, stay } from '../../core/keys.ts';
import { type DashboardState, say } from '../../core/state.ts';
import type { Key } from './bound-key.ts';
import { viewAt } from './content.ts';
import { knownMoments, stepsBackOf, stepsOf } from './moment.ts';
import { withExplore } from './plot-keys.ts';

const withSteps = (state: DashboardState, experimentId: string, steps: number): DashboardState => {
  const { [experimentId]: _, ...others } = state.explore.stepsBack;
  return withExplore(state, { stepsBack: steps <= 0 ? others : { ...others, [experimentId]: steps } });
};

const goBack = (state: DashboardState, { experimentId }: ExperimentView): Step => {
  const view = viewAt(experimentId, state);
  const moments = view === null ? null : knownMoments(view, state);
  const steps = stepsBackOf(experimentId, state) + 1;
  if (moments === null) {
    // It is asked for now; the first step is taken when it has come.
    return stay(withSteps(state, experimentId, 1));
  }
  const most = stepsOf(moments);
  if (most === 0) {
    return stay(say(withSteps(state, experimentId, 0), 'No earlier moment is recorded.', 'bad'));
  }
  return steps > most
    ? stay(say(state, 'This is the first moment that is recorded.'))
    : stay(withSteps(state, experimentId, steps));
};

const isEarlier = ({ experimentId }: ExperimentView, state: DashboardState): boolean =>
  stepsBackOf(experimentId, state) > 0;

export const momentKeys: readonly Key[] = [
  {
    keys: ['<'],
    label: null,
    help: 'leaderboard and curves as they were earlier',
    isActive: (view) => view.status !== 'running' && view.trials.length > 0,
    press: goBack,
  },
  {
    keys: ['>'],
    label: null,
    help: 'as they were later, at last as they are now',
    isActive: isEarlier,
    press: (state, { experimentId }) => stay(withSteps(state, experimentId, stepsBackOf(experimentId, state) - 1)),
  },
  {
    keys: ['escape'],
    label: null,
    help: 'as they are now',
    isActive: isEarlier,
    press: (state, { experimentId }) => stay(withSteps(state, experimentId, 0)),
  },
];
