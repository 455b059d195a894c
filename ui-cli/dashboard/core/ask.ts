/** Before something is changed that cannot be taken back, it is asked, with a word to type. Pure. */
import type { Action } from './actions.ts';
import { commandsOf } from './actions.ts';
import { type Step, stay } from './keys.ts';
import { type DashboardState, NO_OVERLAY, type ReasonedAction } from './state.ts';

/** At once. */
export const doNow = (state: DashboardState, action: Action): Step => {
  const commands = commandsOf(action);
  return stay(
    { ...state, overlay: NO_OVERLAY, lastCommands: commands.length === 0 ? state.lastCommands : commands },
    { kind: 'act', action },
  );
};

/** Once `word` was typed. */
export const askFirst = (
  state: DashboardState,
  question: string,
  word: string,
  action: Action,
  details: readonly string[] = [],
): Step => stay({ ...state, overlay: { kind: 'confirm', question, word, typed: '', action, details } });

const MOST_NAMED = 6;

/** For above a question about several: which they are; none where the question names the only one. */
export const namesOf = (ids: readonly string[]): readonly string[] => {
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
  return ids.length < 2 ? [] : [`${ids.slice(0, MOST_NAMED).join(', ')}${more}`];
};

/** First why, then the word. @param details what else somebody should know before */
export const askReason = (
  state: DashboardState,
  question: string,
  word: string,
  action: ReasonedAction,
  details: readonly string[] = [],
): Step =>
  stay({
    ...state,
    overlay: { kind: 'prompt', prompt: { kind: 'reason', question, action, word, details }, text: '' },
  });

/** Begins something whose outcome is shown here to whoever waits for it. */
export const waitFor = (state: DashboardState, text: string, action: Action): Step => {
  const { effects, state: begun } = doNow(state, action);
  return { effects, state: { ...begun, overlay: { kind: 'wait', text, action } } };
};
