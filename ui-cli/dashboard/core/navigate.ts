/** Going from place to place. Pure. */
import { NEW_EXPLORE } from './explore.ts';
import type { Place } from './places.ts';
import type { DashboardState } from './state.ts';

const isSame = (a: Place, b: Place): boolean => JSON.stringify(a) === JSON.stringify(b);

const experimentOf = (place: Place | undefined): string | null =>
  place !== undefined && 'experimentId' in place ? place.experimentId : null;

/** How somebody looked at one experiment says nothing of the next: its curves are drawn as they are, and keys move in its table. */
const arrived = (state: DashboardState, places: readonly Place[]): DashboardState => {
  const isOther = experimentOf(state.places.at(-1)) !== experimentOf(places.at(-1));
  const { isLog, smoothing, isPaneFocused, top } = NEW_EXPLORE;
  const explore = isOther ? { ...state.explore, isLog, smoothing, isPaneFocused, top } : state.explore;
  return { ...state, message: null, places, explore };
};

/** Goes there; going to where one has come from goes back. */
export const goTo = (state: DashboardState, place: Place): DashboardState => {
  const { places } = state;
  const known = places.findIndex((one) => isSame(one, place));
  return arrived(state, known < 0 ? [...places, place] : places.slice(0, known + 1));
};

export const goBack = (state: DashboardState): DashboardState =>
  state.places.length > 1 ? arrived(state, state.places.slice(0, -1)) : state;

/** As from the beginning. */
export const jumpTo = (state: DashboardState, place: Place): DashboardState =>
  arrived(state, place.screen === 'experiments' ? [place] : [{ screen: 'experiments' }, place]);
