/** Keys that every table has: moving, marking, sorting, filtering. */

import { cursorPlace } from '../table/table.ts';
import { type KeyBinding, stay } from './keys.ts';
import type { TableView } from './screen.ts';
import { type DashboardState, say, tableOf, withTable } from './state.ts';

/** Lines around a table. */
const FRAME_ROWS = 6;

const moved = (state: DashboardState, { name, shown }: TableView, by: number): DashboardState => {
  const place = cursorPlace(shown, tableOf(state, name).cursor);
  const next = shown[Math.max(0, Math.min(shown.length - 1, place + by))];
  return next === undefined ? state : withTable(state, name, { cursor: next });
};

const pageOf = ({ size }: DashboardState): number => Math.max(1, size.rows - FRAME_ROWS);

const toggled = (state: DashboardState, view: TableView): DashboardState => {
  const { cursor, marked } = tableOf(state, view.name);
  const id = view.shown[cursorPlace(view.shown, cursor)];
  if (id === undefined) {
    return state;
  }
  const next = marked.includes(id) ? marked.filter((one) => one !== id) : [...marked, id];
  return moved(withTable(state, view.name, { marked: next }), view, 1);
};

/** Ascending by the next column; after the last one as the rows come. */
const sortedByNext = (state: DashboardState, { name, columns }: TableView): DashboardState => {
  const { sorting } = tableOf(state, name);
  const next = columns[columns.findIndex((column) => column.name === sorting?.column) + 1];
  return withTable(state, name, { sorting: next === undefined ? null : { column: next.name, isDescending: false } });
};

const reversed = (state: DashboardState, { name, columns }: TableView): DashboardState => {
  const { sorting } = tableOf(state, name);
  const column = sorting?.column ?? columns[0]?.name;
  return column === undefined
    ? state
    : withTable(state, name, { sorting: { column, isDescending: !(sorting?.isDescending ?? false) } });
};

export const tableKeys = (view: TableView): readonly KeyBinding[] => [
  { keys: ['up', 'k'], label: null, help: 'one row up', press: (state) => stay(moved(state, view, -1)) },
  { keys: ['down', 'j'], label: null, help: 'one row down', press: (state) => stay(moved(state, view, 1)) },
  {
    keys: ['page-up'],
    label: null,
    help: 'one page up',
    press: (state) => stay(moved(state, view, -pageOf(state))),
  },
  {
    keys: ['page-down'],
    label: null,
    help: 'one page down',
    press: (state) => stay(moved(state, view, pageOf(state))),
  },
  {
    keys: ['home', 'g'],
    label: null,
    help: 'first row',
    press: (state) => stay(moved(state, view, -view.shown.length)),
  },
  { keys: ['end', 'G'], label: null, help: 'last row', press: (state) => stay(moved(state, view, view.shown.length)) },
  {
    keys: ['space'],
    label: null,
    help: 'mark the row, or take the mark away, and go one row down',
    press: (state) => stay(toggled(state, view)),
  },
  {
    keys: ['s'],
    label: 'sort',
    help: 'sort by the next column',
    press: (state) => {
      const next = sortedByNext(state, view);
      const { sorting } = tableOf(next, view.name);
      return stay(say(next, sorting === null ? 'Not sorted.' : `Sorted by ${sorting.column}; S turns it around.`));
    },
  },
  { keys: ['S'], label: null, help: 'turn the order around', press: (state) => stay(reversed(state, view)) },
  {
    keys: ['/'],
    label: 'filter',
    help: 'show only rows with these words or conditions, `loss=bpr lr<0.001`',
    press: (state) => {
      const { filter } = tableOf(state, view.name);
      const prompt = { kind: 'filter', table: view.name, before: filter } as const;
      return stay({ ...state, overlay: { kind: 'prompt', prompt, text: filter } });
    },
  },
];
