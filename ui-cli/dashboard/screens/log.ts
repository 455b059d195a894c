/** The log of a service: its end, which follows, or a place in it where somebody reads. */
import { printable } from '../../../contracts/printable.ts';
import type { LogLine } from '../../logs/log-line.ts';
import { logLineText } from '../../logs/log-printer.ts';
import { formatCount } from '../../text/formats.ts';
import { shellWord } from '../core/actions.ts';
import { fedOf } from '../core/feeds.ts';
import { type KeyBinding, stay } from '../core/keys.ts';
import { type Line, lineOf, type Role } from '../core/line.ts';
import type { Place } from '../core/places.ts';
import type { Screen } from '../core/screen.ts';
import { roomOf } from '../core/scroll.ts';
import { type DashboardState, tableOf, withTable } from '../core/state.ts';
import { isMatch, parseFilter } from '../table/filter.ts';
import { cutText } from '../table/fit-text.ts';

type Here = Extract<Place, { screen: 'log' }>;

const STEP_COLUMNS = 20;

const LEVEL_ROLE: Readonly<Record<string, Role>> = { error: 'bad', fatal: 'bad', warn: 'warn', debug: 'dim' };

interface NumberedLine {
  readonly number: number;
  readonly line: LogLine;
}

const topName = ({ service }: Here): string => `log:${service}`;
const leftName = ({ service }: Here): string => `log-left:${service}`;
const filterOf = (place: Here, state: DashboardState): string => tableOf(state, topName(place)).filter;

const tailOf = ({ service }: Here, { data }: DashboardState) =>
  fedOf(data, { feed: 'log', of: service })?.value ?? null;

const shownLines = (place: Here, state: DashboardState): readonly NumberedLine[] => {
  const tail = tailOf(place, state);
  const lines = (tail?.lines ?? []).map((line, at) => ({ number: (tail?.first ?? 0) + at, line }));
  const filter = parseFilter(filterOf(place, state));
  return filter.words.length + filter.conditions.length === 0
    ? lines
    : lines.filter(({ line }) => isMatch(filter, { level: line.level }, logLineText(line)));
};

/** null: the end, which follows. */
const readAt = (place: Here, { tops }: DashboardState): number | null => tops[topName(place)] ?? null;

/** Place of the first line on the screen. */
const startOf = (
  lines: readonly NumberedLine[],
  place: Here,
  state: DashboardState,
  rows: number = roomOf(state),
): number => {
  const end = Math.max(0, lines.length - rows);
  const at = readAt(place, state);
  const found = at === null ? -1 : lines.findIndex(({ number }) => number >= at);
  return found < 0 ? end : Math.min(found, end);
};

const withTop = (state: DashboardState, name: string, top: number | null): DashboardState => {
  const { [name]: _, ...others } = state.tops;
  return { ...state, tops: top === null ? others : { ...others, [name]: top } };
};

const visible = (text: string, left: number, columns: number): string => {
  // Only what may be seen is measured: a line may have thousands of letters.
  const letters = [...printable(text.slice(0, left + 8 * columns))].slice(left);
  return cutText(letters.join(''), columns);
};

const keysOf = (place: Here): readonly KeyBinding[] => {
  const name = topName(place);
  const move = (
    keys: KeyBinding['keys'],
    label: string | null,
    help: string,
    next: (start: number, page: number) => number,
  ): KeyBinding => ({
    ...{ keys, label, help: `${help}; follows no longer` },
    press: (state) => {
      const lines = shownLines(place, state);
      const start = startOf(lines, place, state);
      const end = Math.max(0, lines.length - roomOf(state));
      const line = lines[Math.max(0, Math.min(end, next(start, roomOf(state))))];
      return stay(line === undefined ? state : withTop(state, name, line.number));
    },
  });
  const shift = (key: string, help: string, by: number): KeyBinding => ({
    ...{ keys: [key], label: null, help },
    press: (state) => stay(withTop(state, leftName(place), Math.max(0, (state.tops[leftName(place)] ?? 0) + by))),
  });
  return [
    move(['up', 'k'], 'scroll', 'one line up', (start) => start - 1),
    move(['down', 'j'], null, 'one line down', (start) => start + 1),
    move(['page-up'], null, 'one page up', (start, page) => start - page),
    move(['page-down', 'space'], null, 'one page down', (start, page) => start + page),
    move(['home', 'g'], null, 'the first line that is kept', () => 0),
    {
      keys: ['f', 'end', 'G'],
      label: 'follow',
      help: 'the last line, and follow what is added',
      press: (state) => stay(withTop(state, name, null)),
    },
    shift('left', 'what stands further left of long lines', -STEP_COLUMNS),
    shift('right', 'what stands further right of long lines', STEP_COLUMNS),
    {
      keys: ['/'],
      label: 'filter',
      help: 'show only lines with these words, `level=error`',
      press: (state) => {
        const before = filterOf(place, state);
        return stay({
          ...state,
          overlay: { kind: 'prompt', prompt: { kind: 'filter', table: name, before }, text: before },
        });
      },
    },
    {
      keys: ['escape'],
      label: 'show all',
      help: 'show all lines again',
      isActive: (state) => filterOf(place, state) !== '',
      press: (state) => stay(withTable(state, name, { filter: '' })),
    },
  ];
};

const titleOf = (place: Here, state: DashboardState): string => {
  const tail = tailOf(place, state);
  if (tail === null) {
    return `services › ${place.service}`;
  }
  const [all, shown] = [tail.lines.length, shownLines(place, state).length];
  const filter = filterOf(place, state);
  const count = filter === '' ? formatCount(all) : `${formatCount(shown)} of ${formatCount(all)}`;
  const left = state.tops[leftName(place)] ?? 0;
  return [
    `services › ${place.service} (${count} lines)`,
    readAt(place, state) === null ? 'following' : 'f follows again',
    ...(left === 0 ? [] : [`from column ${left + 1}`]),
    ...(filter === '' ? [] : [`filter ${filter}`]),
  ].join(', ');
};

export const LOG: Screen<Here> = {
  title: titleOf,
  feeds: ({ service }) => [{ feed: 'log', of: service }],
  table: () => null,
  keys: keysOf,
  command: ({ service }) => `tt-exp logs -f ${shellWord(service)}`,
  body: (place, state, { columns, rows }): readonly Line[] => {
    const tail = tailOf(place, state);
    const lines = shownLines(place, state);
    if (lines.length === 0) {
      const none = (tail?.lines.length ?? 0) === 0 ? 'Nothing is logged yet.' : 'No line has that. Esc shows all.';
      return [lineOf(tail === null ? 'Reading the log …' : none, 'dim')];
    }
    const start = startOf(lines, place, state, rows);
    const left = state.tops[leftName(place)] ?? 0;
    return lines
      .slice(start, start + rows)
      .map(({ line }) => lineOf(visible(logLineText(line), left, columns), LEVEL_ROLE[line.level ?? '']));
  },
};
