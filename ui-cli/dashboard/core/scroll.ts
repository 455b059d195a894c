/** Pages that may be longer than the screen. Pure. */
import { type KeyBinding, stay } from './keys.ts';
import type { DashboardState } from './state.ts';

/** Title, message and footer. */
const FRAME_ROWS = 3;

export const roomOf = ({ size }: DashboardState): number => Math.max(1, size.rows - FRAME_ROWS);

const topOf = (state: DashboardState, name: string, count: number): number =>
  Math.max(0, Math.min(state.tops[name] ?? 0, count - roomOf(state)));

/** What of the page is on the screen. @param rows that there are: a long message takes some */
export const scrolled = <Item>(
  items: readonly Item[],
  name: string,
  state: DashboardState,
  rows: number,
): readonly Item[] => {
  const isAtEnd = (state.tops[name] ?? 0) >= items.length - roomOf(state);
  const top = isAtEnd ? Math.max(0, items.length - rows) : topOf(state, name, items.length);
  return items.slice(top, top + rows);
};

/** @param count of its lines; none where all of them are on the screen */
export const scrollKeys = (name: string, count: (state: DashboardState) => number): readonly KeyBinding[] => {
  const key = (
    keys: KeyBinding['keys'],
    label: string | null,
    help: string,
    next: (state: DashboardState, top: number) => number,
  ): KeyBinding => ({
    ...{ keys, label, help },
    isActive: (state) => count(state) > roomOf(state),
    press: (state) => {
      const wanted = next(state, topOf(state, name, count(state)));
      const top = Math.max(0, Math.min(wanted, count(state) - roomOf(state)));
      return stay({ ...state, tops: { ...state.tops, [name]: top } });
    },
  });
  return [
    key(['up', 'k'], null, 'one line up', (_, top) => top - 1),
    key(['down', 'j'], 'scroll', 'one line down', (_, top) => top + 1),
    key(['page-up'], null, 'one page up', (state, top) => top - roomOf(state)),
    key(['page-down', 'space'], null, 'one page down', (state, top) => top + roomOf(state)),
    key(['home', 'g'], null, 'first line', () => 0),
    key(['end', 'G'], null, 'last line', () => Number.MAX_SAFE_INTEGER),
  ];
};
