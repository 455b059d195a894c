/** Keys of a prompt, a question, and the help. Pure. */
import { isBlank } from '../../../contracts/blank-text.ts';
import { askFirst, doNow } from './ask.ts';
import { completeCommand, runCommand } from './commands.ts';
import { type KeyBinding, type KeyName, type Step, stay } from './keys.ts';
import { overlayLines, topOfPage } from './pages.ts';
import type { OpenScreen } from './screen.ts';
import { roomOf } from './scroll.ts';
import { type DashboardState, NO_OVERLAY, type Overlay, type Prompt, say, withTable } from './state.ts';

type Of<Kind extends Overlay['kind']> = Extract<Overlay, { kind: Kind }>;

type TotalPrompt = Extract<Prompt, { kind: 'trials' | 'epochs' }>;

/** Longer text is a mistake, a paste say. */
const MOST_CHARACTERS = 500;

/** Text after a key; null: the key writes nothing. */
export const typedText = (text: string, key: KeyName): string | null => {
  switch (key) {
    case 'space':
      return `${text} `;
    case 'backspace':
      return [...text].slice(0, -1).join('');
    case 'ctrl-u':
      return '';
    case 'ctrl-w':
      return text.replace(/\S*\s*$/, '');
    default:
      return [...key].length === 1 ? `${text}${key}`.slice(0, MOST_CHARACTERS) : null;
  }
};

const closed = (state: DashboardState): DashboardState => ({ ...state, overlay: NO_OVERLAY });

const submitTotal = (state: DashboardState, { kind: by, experimentId, present }: TotalPrompt, text: string): Step => {
  const total = Number(text);
  return /^\d+$/.test(text) && total > present && Number.isSafeInteger(total)
    ? askFirst(state, `Extend ${experimentId} to ${total} ${by}, as a new experiment?`, 'extend', {
        ...{ kind: 'extend', experimentId, by, total },
      })
    : stay(say(state, `Give the total number: more than the ${present} it has.`, 'bad'));
};

const submit = (state: DashboardState, { prompt, text }: Of<'prompt'>, screen: OpenScreen): Step => {
  switch (prompt.kind) {
    case 'filter':
      return stay(withTable(closed(state), prompt.table, { filter: text.trim() }));
    case 'command':
      return runCommand(closed(state), text, screen);
    case 'trials':
    case 'epochs':
      return submitTotal(state, prompt, text.trim());
    case 'reason':
      return isBlank(text)
        ? stay(say(state, 'It needs a reason.', 'bad'))
        : askFirst(state, prompt.question, prompt.word, { ...prompt.action, reason: text.trim() }, prompt.details);
  }
};

export const pressInPrompt = (state: DashboardState, overlay: Of<'prompt'>, key: KeyName, screen: OpenScreen): Step => {
  const { prompt, text } = overlay;
  const write = (next: string): Step => {
    const written = { ...state, overlay: { ...overlay, text: next } };
    // The rows follow while one types.
    return stay(prompt.kind === 'filter' ? withTable(written, prompt.table, { filter: next.trim() }) : written);
  };
  if (key === 'escape' || key === 'ctrl-c') {
    const left = closed(state);
    return stay(prompt.kind === 'filter' ? withTable(left, prompt.table, { filter: prompt.before }) : left);
  }
  if (key === 'enter') {
    return submit(state, overlay, screen);
  }
  if (key === 'tab') {
    return prompt.kind === 'command' ? write(completeCommand(state, text, screen)) : stay(state);
  }
  const next = typedText(text, key);
  return next === null ? stay(state) : write(next);
};

/** Only the whole word does it; Enter with anything else does nothing but say so. */
export const pressInConfirm = (state: DashboardState, overlay: Of<'confirm'>, key: KeyName): Step => {
  if (key === 'escape' || key === 'ctrl-c') {
    return stay(say(closed(state), 'Nothing was done.'));
  }
  if (key === 'enter') {
    return overlay.typed.trim() === overlay.word
      ? doNow(state, overlay.action)
      : stay(say(state, `Type ${overlay.word} to do it, Esc to leave it.`, 'bad'));
  }
  const typed = typedText(overlay.typed, key);
  return typed === null ? stay(state) : stay({ ...state, overlay: { ...overlay, typed } });
};

/** What was begun goes on; what becomes of it is told in a line then. */
export const pressWhileWaiting = (state: DashboardState, key: KeyName): Step =>
  stay(key === 'escape' || key === 'ctrl-c' ? closed(state) : state);

/** @param bindings of the screen, which the help lists */
export const pressOnPage = (
  state: DashboardState,
  overlay: Of<'help'> | Of<'page'>,
  key: KeyName,
  bindings: readonly KeyBinding[],
): Step => {
  const { top } = overlay;
  const count = overlayLines(state, bindings)?.length ?? 0;
  const at = (next: number): Step => {
    const moved = { ...state, overlay: { ...overlay, top: Math.max(0, next) } };
    return stay({ ...state, overlay: { ...overlay, top: topOfPage(moved, count) } });
  };
  switch (key) {
    case 'up':
    case 'k':
      return at(top - 1);
    case 'down':
    case 'j':
      return at(top + 1);
    case 'page-up':
      return at(top - roomOf(state));
    case 'page-down':
    case 'space':
      return at(top + roomOf(state));
    case 'home':
    case 'g':
      return at(0);
    case 'end':
    case 'G':
      return at(count);
    default:
      return stay(closed(state));
  }
};
