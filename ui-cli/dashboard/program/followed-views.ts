/** Views of an experiment that a command follows anyway: the full screen shows them instead of asking once more. */
import type { ExperimentView } from '../../../contracts/experiment.ts';
import type { Ask } from './sources.ts';

export interface FollowedViews {
  tell(view: ExperimentView): void;
  /** The last view at once, and all that come until nobody looks. */
  readonly ask: Ask<'experiment'>;
}

export const followedViews = (first: ExperimentView): FollowedViews => {
  const askers = new Set<(view: ExperimentView) => void>();
  let last = first;
  return {
    tell: (view) => {
      last = view;
      for (const tell of askers) {
        tell(view);
      }
    },
    ask: (_, { signal, tell }) => {
      askers.add(tell);
      tell(last);
      return new Promise((resolve) => {
        const leave = (): void => {
          askers.delete(tell);
          resolve(last);
        };
        signal.addEventListener('abort', leave, { once: true });
      });
    },
  };
};
