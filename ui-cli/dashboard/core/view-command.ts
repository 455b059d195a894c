/** `:view`: filter, sorting and columns of a table under a name. Pure. */
import { nearestName } from '../../../config/nearest.ts';
import type { DashboardCommand } from './dashboard-command.ts';
import { type FeedData, fedOf, VIEWS_FEED } from './feeds.ts';
import { type Step, stay } from './keys.ts';
import { DEFAULT_VIEW, type SavedView, type SavedViews, viewOfTable } from './saved-views.ts';
import type { TableView } from './screen.ts';
import { type DashboardState, say, tableOf, withTable } from './state.ts';

const NAME = /^[\p{L}\w.-]{1,40}$/u;
const WORDS = ['save', 'delete'];

const knownViews = (data: FeedData): SavedViews => fedOf(data, VIEWS_FEED)?.value ?? {};

const viewsHere = ({ data }: DashboardState, table: TableView | null): Readonly<Record<string, SavedView>> =>
  table === null ? {} : (knownViews(data)[table.name] ?? {});

const wrong = (state: DashboardState, text: string): Step => stay(say(state, text, 'bad'));

const save = (state: DashboardState, { name: table }: TableView, name: string): Step => {
  if (state.isReadOnly) {
    return wrong(state, 'Nothing is saved: this screen only reads.');
  }
  if (!NAME.test(name) || WORDS.includes(name)) {
    return wrong(state, 'Name the view: letters, digits, `.`, `_` and `-`, 40 at most.');
  }
  const view = viewOfTable(tableOf(state, table));
  return stay(state, { kind: 'act', action: { kind: 'save-view', table, name, view } });
};

const noView = (state: DashboardState, name: string, known: readonly string[]): Step => {
  const nearest = nearestName(name, known);
  const end = nearest === null ? `; there are ${known.join(', ') || 'none'}` : `; did you mean ${nearest}?`;
  return wrong(state, `No view ${name} of this table${end}`);
};

const remove = (state: DashboardState, { name: table }: TableView, name: string, known: readonly string[]): Step => {
  if (state.isReadOnly) {
    return wrong(state, 'Nothing is deleted: this screen only reads.');
  }
  return known.includes(name)
    ? stay(state, { kind: 'act', action: { kind: 'save-view', table, name, view: null } })
    : noView(state, name, known);
};

export const VIEW_COMMAND: DashboardCommand = {
  name: 'view',
  usage: '<name> | save <name> | delete <name>',
  help: `filter, sorting and columns under a name; \`${DEFAULT_VIEW}\`, once saved, is shown from the beginning`,
  choices: (state, { table }) => [...WORDS, ...Object.keys(viewsHere(state, table))],
  run: (state, text, { table }) => {
    if (table === null) {
      return wrong(state, 'There is no table here.');
    }
    const [first = '', second = ''] = text.split(/\s+/);
    const views = viewsHere(state, table);
    const known = Object.keys(views);
    if (first === 'save') {
      return save(state, table, second);
    }
    if (first === 'delete') {
      return remove(state, table, second, known);
    }
    const view = Object.hasOwn(views, first) ? views[first] : undefined;
    return view === undefined
      ? noView(state, first, known)
      : stay(say(withTable(state, table.name, view), `View ${first}.`));
  },
};

/** Once, when the views are first known: tables that nobody has touched are shown by their default. */
export const withDefaultViews = (before: DashboardState, after: DashboardState): DashboardState =>
  fedOf(before.data, VIEWS_FEED)?.value != null
    ? after
    : Object.entries(knownViews(after.data)).reduce((state, [table, { [DEFAULT_VIEW]: view }]) => {
        const isTouched = state.tables[table] !== undefined;
        return view === undefined || isTouched ? state : withTable(state, table, view);
      }, after);
