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
export const askFirst = (state: DashboardState, question: string, word: string, action: Action): Step =>
  stay({ ...state, overlay: { kind: 'confirm', question, word, typed: '', action } });

/** First why, then the word. */
export const askReason = (state: DashboardState, question: string, word: string, action: ReasonedAction): Step =>
  stay({ ...state, overlay: { kind: 'prompt', prompt: { kind: 'reason', question, action, word }, text: '' } });
