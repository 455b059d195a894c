/** Which shares of the users a challenger may have. */
import type { OnlineMode } from '../../contracts/online-experiment.ts';

/** One user in 10,000: fewer teach nothing, and a hash of 32 bits divides no finer than they could be counted. */
const LEAST_SHARE = 0.0001;

/** What a share is expected to be, where it is not that; null where it is. */
export const shareProblem = (mode: OnlineMode, share: number): string | null => {
  // In a split somebody must be left to compare with; in other modes everybody gets the champion's items too.
  const most = mode === 'split' ? 1 - LEAST_SHARE : 1;
  if (share >= LEAST_SHARE && share <= most) {
    return null;
  }
  const why = share > most ? ': hardly anybody would get the champion, to compare with' : '';
  return `${LEAST_SHARE} to ${most} of the users in mode ${mode}${why}`;
};
