/** Keys that every screen has. */
import { type KeyBinding, stay } from './keys.ts';
import { goBack, jumpTo } from './navigate.ts';
import type { OpenScreen, TableView } from './screen.ts';
import { type DashboardState, placeOf, say, tableOf, withTable } from './state.ts';

/** Esc takes back what is nearest: marks, then the filter, then the way to here. */
const back = (state: DashboardState, table: TableView | null): DashboardState => {
  if (state.message !== null) {
    return { ...state, message: null };
  }
  const own = table === null ? null : tableOf(state, table.name);
  if (table !== null && own !== null && own.marked.length > 0) {
    return withTable(state, table.name, { marked: [] });
  }
  if (table !== null && own !== null && own.filter !== '') {
    return withTable(state, table.name, { filter: '' });
  }
  return goBack(state);
};

/** What was done last; before anything was, what shows the same. */
const commandTold = ({ lastCommands }: DashboardState, command: string | null): string =>
  lastCommands.length > 0 ? lastCommands.join('; ') : (command ?? 'Nothing has been done yet.');

export const globalKeys = ({ table, command }: Pick<OpenScreen, 'table' | 'command'>): readonly KeyBinding[] => [
  {
    keys: ['?'],
    label: 'help',
    help: 'what all keys do',
    press: (state) => stay({ ...state, overlay: { kind: 'help', top: 0 } }),
  },
  {
    keys: [':'],
    label: 'command',
    help: 'type a command; Tab completes it',
    press: (state) => stay({ ...state, overlay: { kind: 'prompt', prompt: { kind: 'command' }, text: '' } }),
  },
  {
    keys: ['escape'],
    label: 'back',
    help: 'take back the marks, the filter, or go back',
    isActive: (state) => state.places.length > 1 || back(state, table) !== state,
    press: (state) => stay(back(state, table)),
  },
  {
    keys: ['1'],
    label: null,
    help: 'experiments',
    isActive: (state) => placeOf(state).screen !== 'experiments',
    press: (state) => stay(jumpTo(state, { screen: 'experiments' })),
  },
  {
    keys: ['2'],
    label: null,
    help: 'models',
    isActive: (state) => placeOf(state).screen !== 'models',
    press: (state) => stay(jumpTo(state, { screen: 'models' })),
  },
  {
    keys: ['3'],
    label: null,
    help: 'services',
    isActive: (state) => placeOf(state).screen !== 'services',
    press: (state) => stay(jumpTo(state, { screen: 'services' })),
  },
  {
    keys: ['y'],
    label: null,
    help: 'show the command that does what was done last, or shows the row under the cursor',
    press: (state) => stay(say(state, commandTold(state, command()))),
  },
  {
    keys: ['ctrl-z'],
    label: null,
    help: 'give the terminal back to the shell until `fg`',
    press: (state) => stay(state, { kind: 'suspend' }),
  },
  {
    keys: ['q', 'ctrl-c'],
    label: 'leave',
    help: 'leave; everything goes on running',
    press: (state) => stay(state, { kind: 'quit' }),
  },
];
