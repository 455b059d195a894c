/** `tt-exp models`: every registered model and its versions. */
import { EXIT } from '../../contracts/errors.ts';
import type { CatalogueModel, CatalogueVersion } from '../../contracts/model-catalogue.ts';
import { ALIAS } from '../../contracts/names.ts';
import { UNBLESSED } from '../../policy/registry/unblessed.ts';
import { formatMetric } from '../text/formats.ts';
import { printJson, printLines } from '../text/output.ts';
import { type Column, formatTable, USUAL_WIDTH, wrapLine } from '../text/table.ts';
import { aliasesText, danglingText, formatAge, formatMegabytes, modelJson, verdictText } from './model-formats.ts';
import type { RegistryRuntime } from './registry-runtime.ts';
import { withCatalogue } from './with-catalogue.ts';

export interface ListModelsOptions {
  /** null: all. */
  readonly name: string | null;
  /** null: now. */
  readonly asOfMs: number | null;
  readonly isJson: boolean;
}

const SERVING = [ALIAS.champion, ALIAS.challenger];

const COLUMNS: readonly Column[] = [
  { title: 'version', align: 'right' },
  { title: 'NDCG@10', align: 'right' },
  { title: 'MB', align: 'right' },
  { title: 'age', align: 'right' },
  { title: 'verdict' },
  { title: 'aliases' },
];

const cellsOf = (version: CatalogueVersion, nowMs: number): readonly string[] => [
  version.version,
  formatMetric(version.ndcgAt10),
  formatMegabytes(version.bytes),
  formatAge(nowMs - version.createdAtMs),
  verdictText(version),
  version.aliases.join(', '),
];

/** Where they do not fit beside each other. */
const narrowLines = (rows: readonly (readonly string[])[], width: number): readonly string[] =>
  rows.flatMap(([version = '', ndcg, megabytes, age, verdict, aliases = '']) => [
    ...wrapLine(aliases === '' ? version : `${version}  ${aliases}`, width),
    ...wrapLine(`  NDCG@10 ${ndcg}, ${megabytes} MB, ${age}, ${verdict === '–' ? 'no verdict' : verdict}`, width),
  ]);

const versionLines = (versions: readonly CatalogueVersion[], nowMs: number, width: number): readonly string[] => {
  const rows = versions.map((version) => cellsOf(version, nowMs));
  const table = formatTable(COLUMNS, rows);
  return table.some((line) => line.length > width) ? narrowLines(rows, width) : table;
};

/** What answers users, or may soon, and was never asked as they ask. */
const unblessedLines = ({ versions }: CatalogueModel): readonly string[] =>
  versions.flatMap(({ version, aliases, bundle }) => {
    const alias = SERVING.find((one) => aliases.includes(one));
    return alias === undefined || bundle !== null ? [] : [`${alias} ${version} is not blessed: ${UNBLESSED}`];
  });

const modelLines = (model: CatalogueModel, nowMs: number, width: number) => {
  const { name, aliases, versions, dangling, lostQuestion } = model;
  const room = Math.max(20, width - 2);
  return [
    ...wrapLine(`${name}: ${aliasesText(aliases)}`, width),
    ...(versions.length === 0 ? ['no versions'] : versionLines(versions, nowMs, room)).map((line) => `  ${line}`),
    ...unblessedLines(model).flatMap((line) => wrapLine(`  ${line}`, width)),
    ...dangling.flatMap((one) => wrapLine(`  ${danglingText(one)}`, width)),
    ...(lostQuestion == null ? [] : wrapLine(`  ${lostQuestion}`, width)),
  ];
};

const unreliableLines = (models: readonly CatalogueModel[]): readonly string[] =>
  models.flatMap(({ ledgerProblem }) => (ledgerProblem == null ? [] : [`warning: ${ledgerProblem}`]));

const noteLines = (models: readonly CatalogueModel[], asOfMs: number | null): readonly string[] =>
  asOfMs === null
    ? []
    : models
        .filter(({ hasRecords, versions }) => !hasRecords && versions.length > 0)
        .map(({ name }) => `note: ${name}: its ledger has no record as old as that, so who served then is not known`);

export const listModels = (runtime: RegistryRuntime, { name, asOfMs, isJson }: ListModelsOptions): Promise<number> =>
  withCatalogue(runtime, async (catalogue) => {
    const { stdout, stderr } = runtime.io;
    const models = await catalogue.list({ name, asOfMs });
    printLines(stderr, [...unreliableLines(models), ...noteLines(models, asOfMs)]);
    if (isJson) {
      printJson(runtime.io, { models: models.map(modelJson) });
    } else if (models.length === 0) {
      printLines(stdout, ['no registered models yet: `tt-exp run <config>` registers its best trial']);
    } else {
      const width = stdout.columns || USUAL_WIDTH;
      const lines = models.map((model) => modelLines(model, asOfMs ?? runtime.now(), width));
      printLines(
        stdout,
        lines.flatMap((some, place) => (place === 0 ? some : ['', ...some])),
      );
    }
    return EXIT.done;
  });
