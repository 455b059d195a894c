/** Servers and workers of this home. */
import type { ServiceStatus } from '../../../contracts/services.ts';
import { formatDuration } from '../../text/formats.ts';
import { type Action, shellWord } from '../core/actions.ts';
import { waitFor } from '../core/ask.ts';
import { fedOf } from '../core/feeds.ts';
import { type KeyBinding, type Step, stay } from '../core/keys.ts';
import { lineOf, type Role } from '../core/line.ts';
import { goTo } from '../core/navigate.ts';
import type { Place } from '../core/places.ts';
import type { Screen } from '../core/screen.ts';
import { type DashboardState, tableOf } from '../core/state.ts';
import { cursorRow, shownRows, type Table, viewOf } from '../table/table.ts';
import { tableLines } from '../table/table-lines.ts';
import { pageKey } from './page-key.ts';

const FEED = { feed: 'services', of: '' } as const;

const STATE_ROLE: Readonly<Record<string, Role>> = { healthy: 'done', failed: 'bad', unhealthy: 'warn' };

const TABLE: Table<ServiceStatus> = {
  name: 'services',
  idOf: ({ name }) => name,
  columns: [
    { name: 'service', text: ({ name }) => name },
    { name: 'state', text: ({ state }) => state, role: ({ state }) => STATE_ROLE[state] },
    {
      name: 'up',
      align: 'right',
      text: ({ uptimeSeconds }) => (uptimeSeconds === null ? '–' : formatDuration(uptimeSeconds)),
      value: ({ uptimeSeconds }) => uptimeSeconds,
    },
    {
      name: 'restarts',
      align: 'right',
      text: ({ restarts }) => String(restarts),
      value: ({ restarts }) => restarts,
      worth: 40,
    },
    { name: 'address', text: ({ address }) => address ?? '', worth: 50 },
    { name: 'trouble', text: ({ lastError }) => lastError ?? '', worth: 60 },
  ],
};

const rowsOf = ({ data }: DashboardState): readonly ServiceStatus[] => fedOf(data, FEED)?.value?.services ?? [];

const shownOf = (state: DashboardState): readonly ServiceStatus[] =>
  shownRows(TABLE, rowsOf(state), tableOf(state, TABLE.name));

const openLog = (state: DashboardState, service: string | null): Step =>
  stay(service === null ? state : goTo(state, { screen: 'log', service }));

const nameAt = (state: DashboardState): string | null =>
  cursorRow(viewOf(TABLE, rowsOf(state), shownOf(state)), tableOf(state, TABLE.name));

/** Workers have no page. */
const serverAt = (state: DashboardState): Extract<Action, { kind: 'open-server' }> | null => {
  const kind = rowsOf(state).find(({ name }) => name === nameAt(state))?.kind;
  return kind === 'mlflow' || kind === 'temporal' ? { kind: 'open-server', server: kind } : null;
};

const KEYS: readonly KeyBinding[] = [
  {
    keys: ['enter', 'right'],
    label: 'log',
    help: 'the log of the service, which follows',
    isActive: (state) => shownOf(state).length > 0,
    press: (state) => openLog(state, nameAt(state)),
  },
  {
    keys: ['l'],
    label: 'supervisor',
    help: 'the log of the supervisor, which starts the services again',
    press: (state) => openLog(state, 'supervisor'),
  },
  pageKey('open the web interface of the server; without a display, tell its address', serverAt),
  {
    keys: ['d'],
    label: 'doctor',
    help: 'what the doctor finds; nothing is repaired',
    press: (state) => waitFor(state, 'Examining the installation …', { kind: 'doctor' }),
  },
];

export const SERVICES: Screen<Extract<Place, { screen: 'services' }>> = {
  title: () => 'services',
  feeds: () => [FEED],
  table: (_, state) => viewOf(TABLE, rowsOf(state), shownOf(state)),
  keys: () => KEYS,
  command: (_, state) => {
    const name = nameAt(state);
    return name === null ? 'tt-exp status' : `tt-exp logs ${shellWord(name)}`;
  },
  body: (_, state, size) => {
    if (rowsOf(state).length === 0) {
      const isAsked = fedOf(state.data, FEED)?.value == null;
      return [lineOf(isAsked ? 'Asking for the services …' : 'Nothing runs: tt-exp up', 'dim')];
    }
    return tableLines(TABLE, shownOf(state), tableOf(state, TABLE.name), size);
  },
};
