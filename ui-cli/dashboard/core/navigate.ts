/** Going from place to place. Pure. */
import type { Place } from './places.ts';
import type { DashboardState } from './state.ts';

const isSame = (a: Place, b: Place): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Goes there; going to where one has come from goes back. */
export const goTo = (state: DashboardState, place: Place): DashboardState => {
  const { places } = state;
  const known = places.findIndex((one) => isSame(one, place));
  return { ...state, message: null, places: known < 0 ? [...places, place] : places.slice(0, known + 1) };
};

export const goBack = (state: DashboardState): DashboardState =>
  state.places.length > 1 ? { ...state, message: null, places: state.places.slice(0, -1) } : state;

/** As from the beginning. */
export const jumpTo = (state: DashboardState, place: Place): DashboardState => ({
  ...state,
  message: null,
  places: place.screen === 'experiments' ? [place] : [{ screen: 'experiments' }, place],
});
