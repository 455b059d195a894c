/** What can be typed after `:`, with completion. Pure. */
import { nearestName } from '../../../config/nearest.ts';
import { parseExperimentId } from '../../../contracts/ids.ts';
import { fieldMeant } from '../table/filter.ts';
import type { DashboardCommand } from './dashboard-command.ts';
import { fedOf } from './feeds.ts';
import { type Step, stay } from './keys.ts';
import { goTo, jumpTo } from './navigate.ts';
import type { OpenScreen } from './screen.ts';
import { type DashboardState, say, withTable } from './state.ts';
import { VIEW_COMMAND } from './view-command.ts';

const wrong = (state: DashboardState, text: string): Step => stay(say(state, text, 'bad'));

const columnsOf = ({ table }: OpenScreen): readonly string[] => (table?.columns ?? []).map(({ name }) => name);

const experimentsOf = ({ data }: DashboardState): readonly string[] =>
  (fedOf(data, { feed: 'experiments', of: '' })?.value ?? []).map(({ experimentId }) => experimentId);

const modelsOf = ({ data }: DashboardState): readonly string[] =>
  (fedOf(data, { feed: 'models', of: '' })?.value ?? []).map(({ name }) => name);

/** The one that is meant: its whole name, or a beginning that only one has; else null. */
const onlyOne = (text: string, names: readonly string[]): string | null => {
  const matches = names.filter((name) => name.startsWith(text));
  return names.includes(text) ? text : matches.length === 1 ? (matches[0] ?? null) : null;
};

const notOne = (state: DashboardState, what: string, text: string, names: readonly string[]): Step => {
  const several = names.filter((name) => name.startsWith(text)).length;
  const nearest = nearestName(text, names);
  const end = several > 1 ? `; ${several} begin with it` : nearest === null ? '' : `; did you mean ${nearest}?`;
  return wrong(state, `No ${what} ${text}${end}`);
};

export const COMMANDS: readonly DashboardCommand[] = [
  {
    name: 'experiments',
    usage: '',
    help: 'all experiments',
    run: (state) => stay(jumpTo(state, { screen: 'experiments' })),
  },
  {
    name: 'open',
    usage: '<experiment>',
    help: 'one experiment, by id or the beginning of it',
    choices: experimentsOf,
    run: (state, text) => {
      const names = experimentsOf(state);
      // Of one that is not listed yet, or any more, its own screen says what there is.
      const id = onlyOne(text, names) ?? parseExperimentId(text)?.experimentId ?? null;
      return id === null
        ? notOne(state, 'experiment', text, names)
        : stay(jumpTo(state, { screen: 'experiment', experimentId: id }));
    },
  },
  {
    name: 'models',
    usage: '[name]',
    help: 'registered models, or one of them',
    choices: modelsOf,
    run: (state, text) => {
      if (text === '') {
        return stay(jumpTo(state, { screen: 'models' }));
      }
      const names = modelsOf(state);
      const name = onlyOne(text, names);
      return name === null ? notOne(state, 'model', text, names) : stay(goTo(state, { screen: 'model', name }));
    },
  },
  {
    name: 'services',
    usage: '',
    help: 'servers and workers',
    run: (state) => stay(jumpTo(state, { screen: 'services' })),
  },
  {
    name: 'sort',
    usage: '<column> [desc]',
    help: 'sort by a column',
    choices: (_, screen) => columnsOf(screen),
    run: (state, text, screen) => {
      const [asked = '', direction = 'asc'] = text.split(/\s+/);
      const column = fieldMeant(asked, columnsOf(screen));
      return screen.table === null || column === null
        ? wrong(state, `No column ${asked}; there are ${columnsOf(screen).join(', ') || 'none'}`)
        : stay(withTable(state, screen.table.name, { sorting: { column, isDescending: direction.startsWith('d') } }));
    },
  },
  {
    name: 'columns',
    usage: '<a,b,c | all>',
    help: 'show these columns in this order',
    choices: (_, screen) => columnsOf(screen),
    run: (state, text, screen) => {
      if (screen.table === null) {
        return wrong(state, 'There is no table here.');
      }
      if (text === '' || text === 'all') {
        return stay(withTable(state, screen.table.name, { columns: null }));
      }
      const asked = text.split(',').map((part) => part.trim());
      const columns = asked.flatMap((part) => fieldMeant(part, columnsOf(screen)) ?? []);
      const unknown = asked.find((part) => fieldMeant(part, columnsOf(screen)) === null);
      return unknown === undefined
        ? stay(withTable(state, screen.table.name, { columns }))
        : wrong(state, `No column ${unknown}; there are ${columnsOf(screen).join(', ')}`);
    },
  },
  {
    name: 'filter',
    usage: '<words and conditions>',
    help: 'as `/`',
    choices: (_, screen) => screen.table?.fields ?? [],
    run: (state, text, screen) =>
      screen.table === null
        ? wrong(state, 'There is no table here.')
        : stay(withTable(state, screen.table.name, { filter: text })),
  },
  VIEW_COMMAND,
  { name: 'quit', usage: '', help: 'leave', run: (state) => stay(state, { kind: 'quit' }) },
];

const split = (text: string): readonly [string, string] => {
  const [, name = '', argument = ''] = /^\s*(\S*)\s*(.*)$/s.exec(text) ?? [];
  return [name, argument.trim()];
};

const names = COMMANDS.map(({ name }) => name);

export const runCommand = (state: DashboardState, text: string, screen: OpenScreen): Step => {
  const [asked, argument] = split(text);
  if (asked === '') {
    return stay(state);
  }
  const name = asked === 'q' ? 'quit' : onlyOne(asked, names);
  const command = COMMANDS.find((one) => one.name === name);
  return command === undefined ? notOne(state, 'command', asked, names) : command.run(state, argument, screen);
};

/** What all that match begin with. */
const common = (matches: readonly string[]): string =>
  matches.reduce((a, b) => {
    let end = 0;
    while (end < a.length && a[end] === b[end]) {
      end++;
    }
    return a.slice(0, end);
  });

const completed = (text: string, choices: readonly string[], ending: string): string => {
  const matches = choices.filter((choice) => choice.startsWith(text));
  const [only] = matches;
  return only === undefined ? text : matches.length === 1 ? `${only}${ending}` : common(matches);
};

/** The text with as much more as is certain. */
export const completeCommand = (state: DashboardState, text: string, screen: OpenScreen): string => {
  const place = text.indexOf(' ');
  if (place < 0) {
    return completed(text, names, ' ');
  }
  const [name, rest] = [text.slice(0, place), text.slice(place + 1)];
  const choices = COMMANDS.find((one) => one.name === name)?.choices?.(state, screen) ?? [];
  const begin = Math.max(rest.lastIndexOf(' '), rest.lastIndexOf(',')) + 1;
  return `${name} ${rest.slice(0, begin)}${completed(rest.slice(begin), choices, '')}`;
};
