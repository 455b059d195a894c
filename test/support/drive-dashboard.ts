/** The dashboard without a terminal: answers and keys in, lines out. */
import {
  type FeedName,
  type FeedRequest,
  type FeedValues,
  feedKey,
  VIEWS_FEED,
} from '../../ui-cli/dashboard/core/feeds.ts';
import { frameOf } from '../../ui-cli/dashboard/core/frame.ts';
import type { Effect, KeyName } from '../../ui-cli/dashboard/core/keys.ts';
import { textOf } from '../../ui-cli/dashboard/core/line.ts';
import type { Place } from '../../ui-cli/dashboard/core/places.ts';
import { openScreen } from '../../ui-cli/dashboard/core/screen.ts';
import { type DashboardState, initialState, placeOf } from '../../ui-cli/dashboard/core/state.ts';
import { type DashboardEvent, update } from '../../ui-cli/dashboard/core/update.ts';
import { SCREENS } from '../../ui-cli/dashboard/screens/index.ts';

export interface DrivenDashboard {
  readonly state: DashboardState;
  readonly effects: readonly Effect[];
  /** The last effects replace those before. */
  press(...keys: readonly KeyName[]): DrivenDashboard;
  answer<Name extends FeedName>(feed: Name, of: string, value: FeedValues[Name]): DrivenDashboard;
  send(event: DashboardEvent): DrivenDashboard;
  /** Of the screen, without blanks at their ends. */
  lines(): readonly string[];
  text(): string;
  /** What the screen asks for, beside the views that all ask for. */
  asked(): readonly string[];
}

/** Keys one after the other; the effects of all. */
export const pressKeys = (
  state: DashboardState,
  ...keys: readonly KeyName[]
): { readonly state: DashboardState; readonly effects: readonly Effect[] } => {
  let current = state;
  const effects: Effect[] = [];
  for (const key of keys) {
    const step = update(current, { kind: 'key', key }, SCREENS);
    current = step.state;
    effects.push(...step.effects);
  }
  return { state: current, effects };
};

/** Of the screen, without blanks at their ends. */
export const linesOf = (state: DashboardState): readonly string[] =>
  frameOf(state, SCREENS).map((line) => textOf(line).trimEnd());

const drive = (state: DashboardState, effects: readonly Effect[]): DrivenDashboard => {
  const send = (event: DashboardEvent): DrivenDashboard => {
    const step = update(state, event, SCREENS);
    return drive(step.state, step.effects);
  };
  const lines = (): readonly string[] => linesOf(state);
  return {
    ...{ state, effects, send, lines },
    press: (...keys) => {
      const pressed = pressKeys(state, ...keys);
      return drive(pressed.state, pressed.effects);
    },
    answer: <Name extends FeedName>(feed: Name, of: string, value: FeedValues[Name]) => {
      const request: FeedRequest<Name> = { feed, of };
      return send({ kind: 'fed', request, value, atMs: state.nowMs } as Extract<DashboardEvent, { kind: 'fed' }>);
    },
    text: () => lines().join('\n'),
    asked: () =>
      openScreen(SCREENS, placeOf(state), state)
        .feeds.map(feedKey)
        .filter((key) => key !== feedKey(VIEWS_FEED)),
  };
};

export const driveDashboard = (
  place: Place,
  options: { readonly nowMs: number; readonly columns?: number; readonly rows?: number; readonly isReadOnly?: boolean },
): DrivenDashboard => {
  const { nowMs, columns = 80, rows = 24, isReadOnly = false } = options;
  return drive(initialState({ nowMs, place, size: { columns, rows }, isReadOnly }), []);
};
