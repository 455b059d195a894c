/** Registered models, and one of them with its versions. */
import type { CatalogueModel, CatalogueVersion } from '../../../contracts/model-catalogue.ts';
import { lineOf } from '../../live/line.ts';
import { aliasesText, formatAge, formatMegabytes, verdictText } from '../../registry/model-formats.ts';
import { formatMetric } from '../../text/formats.ts';
import { fedOf } from '../core/feeds.ts';
import { type KeyBinding, stay } from '../core/keys.ts';
import { goTo } from '../core/navigate.ts';
import type { Place } from '../core/places.ts';
import type { Screen } from '../core/screen.ts';
import { type DashboardState, tableOf } from '../core/state.ts';
import { cursorRow, shownRows, type Table, viewOf } from '../table/table.ts';
import { tableLines } from '../table/table-lines.ts';

const FEED = { feed: 'models', of: '' } as const;

const modelsOf = ({ data }: DashboardState): readonly CatalogueModel[] | null => fedOf(data, FEED)?.value ?? null;

const MODEL_TABLE: Table<CatalogueModel> = {
  name: 'models',
  idOf: ({ name }) => name,
  columns: [
    { name: 'model', text: ({ name }) => name },
    {
      name: 'versions',
      align: 'right',
      text: ({ versions }) => String(versions.length),
      value: ({ versions }) => versions.length,
    },
    { name: 'aliases', text: ({ aliases }) => aliasesText(aliases) },
  ],
};

const versionTable = (nowMs: number): Table<CatalogueVersion> => {
  const ageMs = ({ createdAtMs }: CatalogueVersion): number => nowMs - createdAtMs;
  return {
    name: 'versions',
    idOf: ({ version }) => version,
    columns: [
      { name: 'version', align: 'right', text: ({ version }) => version, value: ({ version }) => Number(version) },
      {
        name: 'NDCG@10',
        align: 'right',
        text: ({ ndcgAt10 }) => formatMetric(ndcgAt10),
        value: ({ ndcgAt10 }) => ndcgAt10,
      },
      {
        name: 'MB',
        align: 'right',
        text: ({ bytes }) => formatMegabytes(bytes),
        value: ({ bytes }) => bytes,
        worth: 40,
      },
      { name: 'age', align: 'right', text: (version) => formatAge(ageMs(version)), value: ageMs, worth: 50 },
      { name: 'verdict', text: (version) => verdictText(version), worth: 60 },
      { name: 'aliases', text: ({ aliases }) => aliases.join(', '), worth: 80 },
    ],
  };
};

const modelContent = (state: DashboardState) => {
  const rows = modelsOf(state) ?? [];
  const shown = shownRows(MODEL_TABLE, rows, tableOf(state, 'models'));
  return { shown, view: viewOf(MODEL_TABLE, rows, shown) };
};

const OPEN: KeyBinding = {
  keys: ['enter', 'right'],
  label: 'open',
  help: 'open the model',
  isActive: (state) => modelContent(state).shown.length > 0,
  press: (state) => {
    const name = cursorRow(modelContent(state).view, tableOf(state, 'models'));
    return stay(name === null ? state : goTo(state, { screen: 'model', name }));
  },
};

export const MODELS: Screen<Extract<Place, { screen: 'models' }>> = {
  title: () => 'models',
  feeds: () => [FEED],
  table: (_, state) => modelContent(state).view,
  keys: () => [OPEN],
  body: (_, state, size) => {
    const models = modelsOf(state);
    if (models === null || models.length === 0) {
      const none = 'No models yet: the first experiment registers one.';
      return [lineOf(models === null ? 'Asking MLflow for the models …' : none, 'dim')];
    }
    return tableLines(MODEL_TABLE, modelContent(state).shown, tableOf(state, 'models'), size);
  },
};

const versionContent = (name: string, state: DashboardState) => {
  const table = versionTable(state.nowMs);
  const model = modelsOf(state)?.find((one) => one.name === name);
  const rows = model?.versions ?? [];
  const shown = shownRows(table, rows, tableOf(state, table.name));
  return { table, model, shown, view: viewOf(table, rows, shown) };
};

export const MODEL: Screen<Extract<Place, { screen: 'model' }>> = {
  title: ({ name }) => `models › ${name}`,
  feeds: () => [FEED],
  table: ({ name }, state) => versionContent(name, state).view,
  keys: () => [],
  body: ({ name }, state, size) => {
    const { table, model, shown } = versionContent(name, state);
    if (model === undefined) {
      const gone = `There is no model ${name} any more.`;
      return [lineOf(modelsOf(state) === null ? 'Asking MLflow for the model …' : gone, 'dim')];
    }
    const room = { ...size, rows: size.rows - 2 };
    return [lineOf(aliasesText(model.aliases)), [], ...tableLines(table, shown, tableOf(state, table.name), room)];
  },
};
