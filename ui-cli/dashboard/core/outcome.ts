/** What became of an action. Pure. */
import type { AnnouncedMove } from '../../registry/announce-move.ts';
import type { Action } from './actions.ts';
import { askReason } from './ask.ts';
import { goTo } from './navigate.ts';
import { type DashboardState, NO_OVERLAY, placeOf, say } from './state.ts';

export type Outcome =
  | { readonly kind: 'told'; readonly text: string; readonly isBad: boolean }
  /** Whoever still looks at the experiment that it came from gets to see it. */
  | {
      readonly kind: 'started';
      readonly experimentId: string;
      readonly from: string;
      readonly text: string;
      readonly isBad: false;
    }
  /** More than a line: a page for whoever waits for it, else its text. */
  | {
      readonly kind: 'page';
      readonly title: string;
      readonly lines: readonly string[];
      readonly text: string;
      readonly isBad: boolean;
    }
  /** Nothing is moved yet: it is asked why, then with a word. */
  | { readonly kind: 'planned'; readonly move: AnnouncedMove };

export const told = (text: string, isBad = false): Outcome => ({ kind: 'told', text, isBad });

const askMove = (state: DashboardState, move: AnnouncedMove): DashboardState => {
  const [what = '', ...against] = move.lines;
  return askReason(state, `${what}?`, move.request.kind, { kind: 'move', move, reason: '' }, against).state;
};

/** What went well is news for so long; others may have changed it since. What went wrong stays until the next key. */
const NEWS_MS = 20_000;

/** Whoever waits no longer does something else, and is not to be disturbed. */
export const takeOutcome = (state: DashboardState, action: Action, outcome: Outcome): DashboardState => {
  const isAwaited = state.overlay.kind === 'wait' && state.overlay.action === action;
  const free = isAwaited ? { ...state, overlay: NO_OVERLAY } : state;
  if (outcome.kind === 'planned') {
    return isAwaited ? askMove(free, outcome.move) : state;
  }
  const { text, isBad } = outcome;
  if (outcome.kind === 'started') {
    const { experimentId, from } = outcome;
    const place = placeOf(free);
    const isThere = place.screen === 'experiment' && place.experimentId === from && free.overlay.kind === 'none';
    const next = isThere ? goTo(free, { screen: 'experiment', experimentId }) : free;
    return say(next, isThere ? `${text}; Esc goes back` : `${text}; :open ${experimentId}`, 'done');
  }
  return outcome.kind === 'page' && isAwaited
    ? { ...state, overlay: { kind: 'page', title: outcome.title, lines: outcome.lines, top: 0 } }
    : isBad
      ? say(free, text, 'bad')
      : { ...free, message: { text, role: 'done', untilMs: free.nowMs + NEWS_MS } };
};
