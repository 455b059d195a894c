/** The whole screen as lines: title, body, message or prompt, footer. Pure. */
import stringWidth from 'string-width';
import { printable } from '../../../contracts/printable.ts';
import { isSmall, LEAST_SIZE, type ScreenSize } from '../../display/screen-size.ts';
import { formatDuration } from '../../text/formats.ts';
import { wrapLine } from '../../text/table.ts';
import { emptyReason } from '../table/filter.ts';
import { cutText } from '../table/fit-text.ts';
import { type FeedName, feedKey } from './feeds.ts';
import { isBound, type KeyBinding, type KeyName, keyText } from './keys.ts';
import { type Line, lineOf, type Role } from './line.ts';
import { overlayLines, topOfPage } from './pages.ts';
import { type OpenScreen, openScreen, type Screens } from './screen.ts';
import { type DashboardState, type Prompt, placeOf, tableOf } from './state.ts';
import { bindingsOf } from './update.ts';

/** An answer older than this is told of. */
const STALE_MS = 5_000;

/** They are told however many keys a screen has. */
const ALWAYS_TOLD: readonly KeyName[] = ['?', 'q'];

/** Of what is asked for every few seconds only, an answer older than this. A service may log nothing for hours. */
const SILENT_MS: Readonly<Partial<Record<FeedName, number>>> = {
  ...{ config: 15_000, history: 15_000, version: 15_000 },
  log: Number.POSITIVE_INFINITY,
};

const footerText = (bindings: readonly KeyBinding[], state: DashboardState, columns: number): string => {
  const hints = bindings
    .filter((binding) => binding.label !== null && isBound(binding, state))
    .map(({ keys, label }) => ({
      text: `${keyText(keys[0] ?? '')} ${label}`,
      isKept: ALWAYS_TOLD.includes(keys[0] ?? ''),
    }));
  // What does not fit is in the help, which always does.
  let told = hints.filter(({ isKept }) => isKept);
  for (const hint of hints) {
    const next = hints.filter((one) => one === hint || told.includes(one));
    if (stringWidth(next.map(({ text }) => text).join('  ')) <= columns) {
      told = next;
    }
  }
  return told.map(({ text }) => text).join('  ');
};

const footerLine = (
  { footer }: OpenScreen,
  bindings: readonly KeyBinding[],
  state: DashboardState,
  columns: number,
): Line => {
  if (footer === null) {
    return lineOf(footerText(bindings, state, columns), 'dim');
  }
  const before = cutText(`${footer}  `, columns);
  return [
    { text: before, role: 'warn' },
    { text: footerText(bindings, state, Math.max(0, columns - stringWidth(before))), role: 'dim' },
  ];
};

const PROMPT: Readonly<Record<Prompt['kind'], string>> = {
  filter: '/',
  command: ':',
  reason: 'reason: ',
  trials: 'trials in all: ',
  epochs: 'epochs in all: ',
};

/** Why what is shown may not be so any more. */
const troubleText = (screen: OpenScreen, { data, nowMs }: DashboardState): string | null => {
  for (const request of screen.feeds) {
    const fed = data[feedKey(request)];
    const ageMs = fed === undefined ? 0 : nowMs - fed.atMs;
    if (fed !== undefined && fed.trouble !== null) {
      const since = fed.value === null || ageMs < STALE_MS ? '' : ` (as of ${formatDuration(ageMs / 1000)} ago)`;
      return `${fed.trouble}${since}`;
    }
    // What is asked once, or when something has changed, may be as old as it likes.
    if (request.version === undefined && ageMs >= (SILENT_MS[request.feed] ?? STALE_MS)) {
      return `No answer for ${formatDuration(ageMs / 1000)}; what is shown is as old.`;
    }
  }
  return null;
};

const filterOf = (state: DashboardState, { table }: OpenScreen): string =>
  table === null ? '' : tableOf(state, table.name).filter;

/** Of a filter that leaves nothing of a table that has rows. */
const emptyLines = (state: DashboardState, screen: OpenScreen): readonly string[] => {
  const { table } = screen;
  const filter = filterOf(state, screen);
  return table === null || filter === '' || table.shown.length > 0 || table.fields.length === 0
    ? []
    : [`No rows: ${emptyReason(filter, table.fields)}.`];
};

const statusLine = (state: DashboardState, screen: OpenScreen, columns: number): Line => {
  const { overlay } = state;
  const cut = (text: string): string => cutText(printable(text), columns);
  if (overlay.kind === 'prompt') {
    const before = PROMPT[overlay.prompt.kind];
    // The end of a long text is where one types.
    const room = columns - stringWidth(before) - 1;
    const shown = [...printable(overlay.text)].slice(-room).join('');
    return [{ text: before, role: 'active' }, { text: shown }, { text: ' ', role: 'cursor' }];
  }
  if (overlay.kind === 'confirm') {
    const question = `${overlay.question} Type ${overlay.word}: `;
    const typed = printable(overlay.typed);
    return [
      { text: cutText(printable(question), Math.max(0, columns - stringWidth(typed) - 1)), role: 'bad' },
      { text: typed },
      { text: ' ', role: 'cursor' },
    ];
  }
  if (overlay.kind === 'wait') {
    return lineOf(cut(`${overlay.text}  (Esc: go on meanwhile)`), 'active');
  }
  const trouble = troubleText(screen, state);
  if (trouble !== null) {
    return lineOf(cut(trouble), 'warn');
  }
  const filter = filterOf(state, screen);
  return filter === '' ? [] : lineOf(cut(`filter: ${filter}  (Esc shows all)`), 'dim');
};

/** Above a question; a message that has no line of its own, or is longer than one. */
const MOST_LINES = 8;

/** The last lines of the screen but one, over what it shows. */
const statusLines = (state: DashboardState, screen: OpenScreen, columns: number): readonly Line[] => {
  const { overlay, message } = state;
  const wrapped = (texts: readonly string[], role?: Role): readonly Line[] =>
    texts.flatMap((text) => wrapLine(printable(text), columns)).map((text) => lineOf(cutText(text, columns), role));
  const told = message === null ? [] : wrapped([message.text], message.role);
  const isAsking = overlay.kind === 'prompt' || overlay.kind === 'confirm' || overlay.kind === 'wait';
  if (!isAsking && told.length > 0) {
    const trouble = troubleText(screen, state);
    // It stays in sight beside what became of a key.
    return [
      ...told.slice(0, MOST_LINES),
      ...(trouble === null ? [] : [lineOf(cutText(printable(trouble), columns), 'warn')]),
    ];
  }
  const details =
    overlay.kind === 'prompt' && overlay.prompt.kind === 'reason'
      ? [overlay.prompt.question, ...overlay.prompt.details]
      : overlay.kind === 'confirm'
        ? overlay.details
        : emptyLines(state, screen);
  return [...wrapped(details, 'warn').slice(0, MOST_LINES), ...told.slice(0, 2), statusLine(state, screen, columns)];
};

/** @param below lines of a page that are not shown yet */
const titleLine = (state: DashboardState, screen: OpenScreen, columns: number, below: number): Line => {
  const right = `${below > 0 ? ` ${below} more below` : ''}${state.isReadOnly ? ' read-only' : ''}`;
  const left = cutText(printable(`tt-exp › ${screen.title}`), columns - right.length);
  const gap = ' '.repeat(Math.max(0, columns - stringWidth(left) - right.length));
  return [{ text: left, role: 'strong' }, { text: gap }, { text: right, role: 'warn' }];
};

/** As many lines as the screen has rows. */
export const frameOf = (state: DashboardState, screens: Screens): readonly Line[] => {
  const { size } = state;
  const { rows } = size;
  if (isSmall(size)) {
    // What is needed comes first: the rest may have no room.
    const text = `${LEAST_SIZE.columns}×${LEAST_SIZE.rows} needed: the terminal has ${size.columns}×${size.rows}. q leaves.`;
    return wrapLine(text, Math.max(1, size.columns))
      .slice(0, Math.max(0, rows))
      .map((line) => lineOf(line, 'warn'));
  }
  const screen = openScreen(screens, placeOf(state), state);
  const bindings = bindingsOf(screen);
  const status = statusLines(state, screen, size.columns);
  // A long message takes rows from what is below the title, and hides nothing.
  const room: ScreenSize = { columns: size.columns, rows: rows - 2 - status.length };
  const page = overlayLines(state, bindings);
  const top = page === null ? 0 : topOfPage(state, page.length);
  const body = (page ?? screen.body(room)).slice(top, top + room.rows);
  const blank: readonly Line[] = Array.from({ length: room.rows - body.length }, () => []);
  return [
    titleLine(state, screen, size.columns, page === null ? 0 : page.length - top - body.length),
    ...body,
    ...blank,
    ...status,
    footerLine(screen, bindings, state, size.columns),
  ];
};
