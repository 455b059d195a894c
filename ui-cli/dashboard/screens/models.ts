/** Registered models. */
import type { CatalogueModel } from '../../../contracts/model-catalogue.ts';
import { printable } from '../../../contracts/printable.ts';
import type { ScreenSize } from '../../display/screen-size.ts';
import { formatAge } from '../../registry/model-formats.ts';
import { formatMetric } from '../../text/formats.ts';
import { wrapLine } from '../../text/table.ts';
import { shellWord } from '../core/actions.ts';
import { type KeyBinding, stay } from '../core/keys.ts';
import { type Line, lineOf } from '../core/line.ts';
import { goTo } from '../core/navigate.ts';
import type { Place } from '../core/places.ts';
import type { Screen } from '../core/screen.ts';
import { type DashboardState, tableOf } from '../core/state.ts';
import { cursorRow, shownRows, type Table, viewOf } from '../table/table.ts';
import { tableLines } from '../table/table-lines.ts';
import { knownModel, knownModels, knownQuestion, MODELS_FEED, modelProblems, questionFeed } from './known-models.ts';
import { modelPageKey } from './page-key.ts';

/** Of the champion on the test part. */
const championNdcg = ({ aliases, versions }: CatalogueModel): number | null =>
  versions.find(({ version }) => version === aliases.champion)?.ndcgAt10 ?? null;

/** The owner of the model knows; until it has answered the alias alone is known. */
const questionText = ({ name, aliases, lostQuestion }: CatalogueModel, state: DashboardState): string => {
  if (lostQuestion != null) {
    return 'cannot be approved';
  }
  const known = knownQuestion(name, state);
  if (known === null) {
    return aliases.challenger === null ? '–' : `challenger ${aliases.challenger}`;
  }
  const { open } = known;
  return open === null ? '–' : `version ${open.candidate} waits, ${formatAge(state.nowMs - open.askedAtMs)}`;
};

const tableAt = (state: DashboardState): Table<CatalogueModel> => ({
  name: 'models',
  idOf: ({ name }) => name,
  columns: [
    { name: 'model', text: ({ name }) => name },
    {
      name: 'champion',
      align: 'right',
      text: ({ aliases }) => aliases.champion ?? 'none',
      value: ({ aliases }) => (aliases.champion === null ? null : Number(aliases.champion)),
      role: ({ aliases }) => (aliases.champion === null ? 'warn' : 'done'),
    },
    {
      name: 'versions',
      align: 'right',
      text: ({ versions }) => String(versions.length),
      value: ({ versions }) => versions.length,
      worth: 50,
    },
    {
      name: 'NDCG@10',
      align: 'right',
      text: (model) => formatMetric(championNdcg(model)),
      value: championNdcg,
      worth: 60,
    },
    { name: 'question', text: (model) => questionText(model, state), role: () => 'warn', worth: 80 },
  ],
});

const contentOf = (state: DashboardState) => {
  const table = tableAt(state);
  const rows = knownModels(state) ?? [];
  const shown = shownRows(table, rows, tableOf(state, table.name));
  return { table, shown, view: viewOf(table, rows, shown) };
};

const nameAt = (state: DashboardState): string | null => cursorRow(contentOf(state).view, tableOf(state, 'models'));

/** What is wrong with the model under the cursor, in whole sentences; a third of the screen at most. */
const noteLines = (state: DashboardState, { columns, rows }: ScreenSize): readonly Line[] => {
  const name = nameAt(state);
  const model = name === null ? null : knownModel(name, state);
  if (model === null) {
    return [];
  }
  const { lostQuestion } = model;
  const texts = [...(lostQuestion == null ? [] : [lostQuestion]), ...modelProblems(model)];
  const lines = texts.flatMap((text) => wrapLine(printable(text), columns)).map((text) => lineOf(text, 'warn'));
  return lines.length === 0 ? [] : [[], ...lines].slice(0, Math.max(2, Math.floor(rows / 3)));
};

const OPEN: KeyBinding = {
  keys: ['enter', 'right'],
  label: 'open',
  help: 'open the model',
  isActive: (state) => contentOf(state).shown.length > 0,
  press: (state) => {
    const name = nameAt(state);
    return stay(name === null ? state : goTo(state, { screen: 'model', name }));
  },
};

export const MODELS: Screen<Extract<Place, { screen: 'models' }>> = {
  title: (_, state) => `models (${knownModels(state)?.length ?? '…'})`,
  // Whoever waits for an answer is challenger.
  feeds: (_, state) => [
    MODELS_FEED,
    ...(knownModels(state) ?? [])
      .filter(({ aliases }) => aliases.challenger !== null)
      .map(({ name }) => questionFeed(name)),
  ],
  table: (_, state) => contentOf(state).view,
  keys: () => [OPEN, modelPageKey(nameAt)],
  command: (_, state) => {
    const name = nameAt(state);
    return name === null ? 'tt-exp models' : `tt-exp models list ${shellWord(name)}`;
  },
  body: (_, state, size) => {
    const models = knownModels(state);
    if (models === null || models.length === 0) {
      const none = 'No models yet: the first experiment registers one.';
      return [lineOf(models === null ? 'Asking MLflow for the models …' : none, 'dim')];
    }
    const { table, shown } = contentOf(state);
    const notes = noteLines(state, size);
    const rows = size.rows - notes.length;
    const lines = tableLines(table, shown, tableOf(state, table.name), { ...size, rows });
    return [...lines, ...notes];
  },
};
