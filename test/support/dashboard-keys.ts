/** Every key of every screen, from the tables that the screens are made of. */
import type { KeyBinding, KeyName } from '../../ui-cli/dashboard/core/keys.ts';
import type { Place, ScreenName } from '../../ui-cli/dashboard/core/places.ts';
import { openScreen } from '../../ui-cli/dashboard/core/screen.ts';
import type { DashboardState } from '../../ui-cli/dashboard/core/state.ts';
import { bindingsOf } from '../../ui-cli/dashboard/core/update.ts';
import { SCREENS } from '../../ui-cli/dashboard/screens/index.ts';
import { driveDashboard } from './drive-dashboard.ts';
import { EXPERIMENT_ID } from './experiment-views.ts';

export const PLACES: { readonly [Name in ScreenName]: Extract<Place, { screen: Name }> } = {
  experiments: { screen: 'experiments' },
  experiment: { screen: 'experiment', experimentId: EXPERIMENT_ID },
  trial: { screen: 'trial', experimentId: EXPERIMENT_ID, trialId: 'trial-000' },
  models: { screen: 'models' },
  model: { screen: 'model', name: 'two-tower' },
  ledger: { screen: 'ledger', name: 'two-tower' },
  version: { screen: 'version', name: 'two-tower', version: '3' },
  services: { screen: 'services' },
  log: { screen: 'log', service: 'mlflow' },
};

export const bindingsAt = (place: Place, state: DashboardState): readonly KeyBinding[] =>
  bindingsOf(openScreen(SCREENS, place, state));

/** Each once. */
export const allKeys = (): readonly KeyName[] => [
  ...new Set(
    Object.values(PLACES).flatMap((place) =>
      bindingsAt(place, driveDashboard(place, { nowMs: 0 }).state).flatMap(({ keys }) => keys),
    ),
  ),
];
