/** One trial: its settings and how far it came. */
import { type Line, lineOf } from '../../live/line.ts';
import { fedOf } from '../core/feeds.ts';
import type { Place } from '../core/places.ts';
import type { Screen } from '../core/screen.ts';

export const TRIAL: Screen<Extract<Place, { screen: 'trial' }>> = {
  title: ({ experimentId, trialId }) => `experiments › ${experimentId} › ${trialId}`,
  feeds: ({ experimentId }) => [{ feed: 'experiment', of: experimentId }],
  table: () => null,
  keys: () => [],
  body: ({ experimentId, trialId }, { data }): readonly Line[] => {
    const view = fedOf(data, { feed: 'experiment', of: experimentId })?.value ?? null;
    const trial = view?.trials.find((one) => one.trialId === trialId);
    if (trial === undefined) {
      return [lineOf(view === null ? 'Asking for the experiment …' : `The experiment has no ${trialId}.`, 'dim')];
    }
    return [
      lineOf(`${trial.status}, attempt ${trial.attempt}`),
      ...(trial.error === null ? [] : [lineOf(trial.error.message, 'bad')]),
      ...Object.entries(trial.params).map(([key, value]) => lineOf(`${key}  ${JSON.stringify(value)}`)),
    ];
  },
};
