/** One model: its versions, the question that waits, and its ledger below. */
import type { CatalogueModel } from '../../../contracts/model-catalogue.ts';
import type { ScreenSize } from '../../display/screen-size.ts';
import { aliasesText, formatAge } from '../../registry/model-formats.ts';
import { wrapLine } from '../../text/table.ts';
import { shellWord } from '../core/actions.ts';
import { type KeyBinding, stay } from '../core/keys.ts';
import { type Line, lineOf } from '../core/line.ts';
import { goTo } from '../core/navigate.ts';
import type { Place } from '../core/places.ts';
import type { Screen } from '../core/screen.ts';
import { type DashboardState, tableOf } from '../core/state.ts';
import { cursorRow, shownRows, viewOf } from '../table/table.ts';
import { tableLines } from '../table/table-lines.ts';
import {
  knownLedger,
  knownModel,
  ledgerFeed,
  MODELS_FEED,
  missingText,
  modelProblems,
  openQuestion,
  questionFeed,
} from './known-models.ts';
import { ledgerLines } from './ledger-lines.ts';
import { answerKeys, moveKeys } from './move-keys.ts';
import { modelPageKey } from './page-key.ts';
import { versionTable } from './version-table.ts';

type Here = Extract<Place, { screen: 'model' }>;

const contentOf = (name: string, state: DashboardState) => {
  const table = versionTable(state.nowMs);
  const rows = knownModel(name, state)?.versions ?? [];
  const shown = shownRows(table, rows, tableOf(state, table.name));
  return { table, shown, view: viewOf(table, rows, shown) };
};

/** One that nobody can answer any more does not wait. */
const questionLines = ({ name, lostQuestion }: CatalogueModel, state: DashboardState): readonly string[] => {
  if (lostQuestion != null) {
    return [lostQuestion];
  }
  const question = openQuestion(name, state);
  if (question === null) {
    return [];
  }
  const { candidate, experimentId, askedAtMs, expiresAtMs } = question;
  const end = expiresAtMs === null ? '' : `, rejected by itself in ${formatAge(expiresAtMs - state.nowMs)}`;
  return [`Version ${candidate} of ${experimentId} waits for an answer, ${formatAge(state.nowMs - askedAtMs)}${end}.`];
};

const headLines = (model: CatalogueModel, state: DashboardState): readonly Line[] => {
  const warnings = [...questionLines(model, state), ...modelProblems(model)];
  return [
    lineOf(aliasesText(model.aliases)),
    ...warnings.flatMap((text) => wrapLine(text, state.size.columns)).map((text) => lineOf(text, 'warn')),
    [],
  ];
};

/** As many rows as are left, the first of them a title. */
const ledgerPane = ({ name, aliases }: CatalogueModel, state: DashboardState, rows: number): readonly Line[] => {
  const ledger = knownLedger(name, state)?.value ?? null;
  const lines =
    ledger === null
      ? [lineOf('Asking MLflow for the ledger …', 'dim')]
      : ledgerLines(ledger, aliases.champion, state.size.columns);
  const isCut = lines.length > rows - 2;
  return [[], lineOf(`Ledger${isCut ? ' (l: all of it)' : ''}`, 'strong'), ...lines].slice(0, Math.max(0, rows));
};

const modelBody = (model: CatalogueModel, state: DashboardState, { columns, rows }: ScreenSize): readonly Line[] => {
  const head = headLines(model, state);
  const { table, shown } = contentOf(model.name, state);
  const room = rows - head.length;
  // Half of it at least, or as many as there are versions.
  const tableRows = Math.min(shown.length + 1, Math.ceil(room / 2));
  const versions = tableLines(table, shown, tableOf(state, table.name), { columns, rows: tableRows });
  return [...head, ...versions, ...ledgerPane(model, state, room - versions.length)];
};

const versionAt = ({ name }: Here, state: DashboardState): string | null =>
  cursorRow(contentOf(name, state).view, tableOf(state, 'versions'));

/** Of the version under the cursor; of the model where it has none. */
const referenceAt = (place: Here, state: DashboardState): string => {
  const version = versionAt(place, state);
  return version === null ? place.name : `${place.name}/${version}`;
};

const open = ({ name }: Here): KeyBinding => ({
  keys: ['enter', 'right'],
  label: 'open',
  help: 'open the version',
  isActive: (state) => contentOf(name, state).shown.length > 0,
  press: (state) => {
    const version = versionAt({ screen: 'model', name }, state);
    return stay(version === null ? state : goTo(state, { screen: 'version', name, version }));
  },
});

const openLedger = ({ name }: Here): KeyBinding => ({
  keys: ['l'],
  label: 'ledger',
  help: 'all records of the ledger',
  press: (state) => stay(goTo(state, { screen: 'ledger', name })),
});

export const MODEL: Screen<Here> = {
  title: ({ name }) => `models › ${name}`,
  feeds: ({ name }) => [MODELS_FEED, ledgerFeed(name), questionFeed(name)],
  table: ({ name }, state) => contentOf(name, state).view,
  keys: (place) => [
    open(place),
    ...answerKeys(place.name, null),
    ...moveKeys(place.name, (state) => versionAt(place, state)),
    openLedger(place),
    modelPageKey((state) => referenceAt(place, state)),
  ],
  command: (place, state) => `tt-exp models show ${shellWord(referenceAt(place, state))}`,
  body: ({ name }, state, size) => {
    const model = knownModel(name, state);
    return model === null ? [lineOf(missingText(name, state), 'dim')] : modelBody(model, state, size);
  },
};
