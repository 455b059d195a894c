/** Views of an experiment that a command follows anyway: the full screen shows them instead of asking once more. */
import { TtExpError } from '../../../contracts/errors.ts';
import type { ExperimentView } from '../../../contracts/experiment.ts';
import type { Ask } from './sources.ts';

export interface FollowedViews {
  tell(view: ExperimentView): void;
  /**
   * The last view at once, and all that come until nobody looks. Where none comes for a while, it rejects with
   * SERVICE_UNREACHABLE, and until one comes again the question goes to `otherwise`, which has a connection of its own.
   */
  askOr(otherwise: Ask<'experiment'>): Ask<'experiment'>;
}

/** A command that follows hears several times a second; of a large sweep every few seconds. */
const QUIET_MS = 5_000;

/** @param now milliseconds that never go back */
export const followedViews = (first: ExperimentView, now: () => number): FollowedViews => {
  const askers = new Set<(view: ExperimentView) => void>();
  let last = first;
  let toldAtMs = now();
  const quietMs = (): number => now() - toldAtMs;
  const follow: Ask<'experiment'> = (_, { signal, tell }) => {
    askers.add(tell);
    tell(last);
    return new Promise((resolve, reject) => {
      const leave = (end: () => void): void => {
        clearTimeout(timer);
        askers.delete(tell);
        signal.removeEventListener('abort', stop);
        end();
      };
      const stop = (): void => leave(() => resolve(last));
      const listen = (): void => {
        const leftMs = QUIET_MS - quietMs();
        if (leftMs > 0) {
          timer = setTimeout(listen, leftMs);
        } else {
          leave(() => reject(new TtExpError('SERVICE_UNREACHABLE', 'No answer from the experiment; asking anew')));
        }
      };
      let timer = setTimeout(listen, Math.max(0, QUIET_MS - quietMs()));
      signal.addEventListener('abort', stop, { once: true });
    });
  };
  return {
    tell: (view) => {
      last = view;
      toldAtMs = now();
      for (const tell of askers) {
        tell(view);
      }
    },
    askOr: (otherwise) => (of, asking) => (quietMs() < QUIET_MS ? follow : otherwise)(of, asking),
  };
};
