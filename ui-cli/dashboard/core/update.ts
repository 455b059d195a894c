/** The one way in which the state changes: a pure fold over keys, answers, ticks and sizes of the screen. */
import { printable } from '../../../contracts/printable.ts';
import type { ScreenSize } from '../../display/screen-size.ts';
import type { Action } from './actions.ts';
import { type FeedName, type FeedRequest, type FeedValues, feedKey, withFed, withTrouble } from './feeds.ts';
import { followView } from './followed.ts';
import { globalKeys } from './global-keys.ts';
import { bindingOf, isForbidden, type KeyBinding, type KeyName, type Step, stay } from './keys.ts';
import { type Outcome, takeOutcome } from './outcome.ts';
import { pressInConfirm, pressInPrompt, pressOnPage, pressWhileWaiting } from './overlay-keys.ts';
import { type OpenScreen, openScreen, type Screens } from './screen.ts';
import { type DashboardState, type Message, placeOf, say } from './state.ts';
import { tableKeys } from './table-keys.ts';
import { withDefaultViews } from './view-command.ts';

export type DashboardEvent =
  | { readonly kind: 'key'; readonly key: KeyName }
  | { readonly kind: 'tick'; readonly atMs: number }
  | { readonly kind: 'resize'; readonly size: ScreenSize }
  | FedEvent
  | { readonly kind: 'trouble'; readonly request: FeedRequest; readonly text: string; readonly atMs: number }
  /** What became of an action. */
  | { readonly kind: 'done'; readonly action: Action; readonly outcome: Outcome };

type FedEvent = {
  readonly [Name in FeedName]: {
    readonly kind: 'fed';
    readonly request: FeedRequest<Name>;
    readonly value: FeedValues[Name];
    readonly atMs: number;
  };
}[FeedName];

/** Those of the screen come first: they may give a key another meaning. */
export const bindingsOf = (screen: OpenScreen): readonly KeyBinding[] => [
  ...screen.keys,
  ...(screen.table === null ? [] : tableKeys(screen.table)),
  ...globalKeys(screen),
];

const pressOnScreen = (state: DashboardState, key: KeyName, bindings: readonly KeyBinding[]): Step => {
  const binding = bindingOf(bindings, key, state);
  if (binding !== null) {
    return binding.press(state);
  }
  return stay(isForbidden(bindings, key, state) ? say(state, 'Nothing is changed: this screen only reads.') : state);
};

const pressKey = (state: DashboardState, key: KeyName, screens: Screens): Step => {
  const screen = openScreen(screens, placeOf(state), state);
  const { overlay } = state;
  switch (overlay.kind) {
    case 'help':
    case 'page':
      return pressOnPage(state, overlay, key, bindingsOf(screen));
    case 'wait':
      return pressWhileWaiting(state, key);
    case 'prompt':
      return pressInPrompt(state, overlay, key, screen);
    case 'confirm':
      return pressInConfirm(state, overlay, key);
    case 'none':
      return pressOnScreen(state, key, bindingsOf(screen));
  }
};

/** Feeds of all places on the way to here: what is shown, and what `back` shows again. */
const neededKeys = (state: DashboardState, screens: Screens): ReadonlySet<string> =>
  new Set(state.places.flatMap((place) => openScreen(screens, place, state).feeds.map(feedKey)));

/** Answers that nobody shows any more are forgotten; the lists stay, since commands complete from them. */
const forgetting = (state: DashboardState, screens: Screens): DashboardState => {
  const needed = neededKeys(state, screens);
  const kept = Object.entries(state.data).filter(([key]) => needed.has(key) || key.endsWith(':'));
  const followed = Object.entries(state.followed).filter(([id]) => needed.has(feedKey({ feed: 'experiment', of: id })));
  return { ...state, data: Object.fromEntries(kept), followed: Object.fromEntries(followed) };
};

const following = ({ followed }: DashboardState, event: FedEvent): DashboardState['followed'] => {
  const { request, value, atMs } = event as Extract<FedEvent, { request: FeedRequest<'experiment'> }>;
  return request.feed === 'experiment'
    ? { ...followed, [request.of]: followView(followed[request.of], value, atMs) }
    : followed;
};

/** Also where it was refused: somebody else has decided then. Later than all that was asked before. */
const afterDecision = (state: DashboardState, { kind }: Action): DashboardState =>
  kind === 'approve' || kind === 'reject' || kind === 'move'
    ? { ...state, decidedAtMs: Math.max(state.nowMs, state.decidedAtMs) + 1 }
    : state;

const isOver = (message: Message | null, nowMs: number): boolean => nowMs >= (message?.untilMs ?? nowMs + 1);

export const update = (state: DashboardState, event: DashboardEvent, screens: Screens): Step => {
  switch (event.kind) {
    case 'key': {
      const step = pressKey({ ...state, message: event.key === 'escape' ? state.message : null }, event.key, screens);
      return step.state.places === state.places ? step : { ...step, state: forgetting(step.state, screens) };
    }
    case 'tick':
      return stay({ ...state, nowMs: event.atMs, message: isOver(state.message, event.atMs) ? null : state.message });
    case 'resize':
      return stay({ ...state, size: event.size });
    case 'fed': {
      const fed = {
        ...state,
        data: withFed(state.data, event.request, event.value, event.atMs),
        followed: following(state, event),
      };
      return stay(withDefaultViews(state, fed));
    }
    case 'trouble':
      return stay({ ...state, data: withTrouble(state.data, event.request, printable(event.text), event.atMs) });
    case 'done':
      return stay(takeOutcome(afterDecision(state, event.action), event.action, event.outcome));
  }
};
