/** `tt-exp models show`: everything about one version. */
import { EXIT } from '../../contracts/errors.ts';
import type { CatalogueVersion, VersionDetails } from '../../contracts/model-catalogue.ts';
import { formatMetric } from '../text/formats.ts';
import { printJson, printLines } from '../text/output.ts';
import { section } from '../text/section.ts';
import { formatTable, USUAL_WIDTH, wrapLine } from '../text/table.ts';
import { entryLines } from './entry-lines.ts';
import { formatAge, formatMegabytes, verdictText, versionJson } from './model-formats.ts';
import type { RegistryRuntime } from './registry-runtime.ts';
import { withCatalogue } from './with-catalogue.ts';

export interface ShowModelOptions {
  /** null: now. */
  readonly asOfMs: number | null;
  readonly isJson: boolean;
}

const RUN_NOTE: Readonly<Record<CatalogueVersion['run'], string>> = {
  active: '',
  deleted: ' (deleted: in the bin of MLflow)',
  missing: ' (deleted for good: metrics and files are gone)',
  none: '',
};

const factRows = (details: VersionDetails, nowMs: number): readonly (readonly string[])[] => {
  const { aliases, runId, run, experimentId, trialId, datasetVersion, ndcgAt10, bytes, createdAtMs } = details;
  const trained = [experimentId, trialId].filter((part) => part !== null).join('/');
  return [
    ['aliases', aliases.length === 0 ? 'none' : aliases.join(', ')],
    ['verdict', verdictText(details)],
    ['NDCG@10', formatMetric(ndcgAt10)],
    ['size', bytes === null ? 'not known' : `${formatMegabytes(bytes)} MB`],
    [
      'registered',
      `${new Date(createdAtMs).toISOString().slice(0, 19).replace('T', ' ')} UTC, ${formatAge(nowMs - createdAtMs)} ago`,
    ],
    ['trained by', trained === '' ? 'not recorded' : trained],
    ['run', runId === null ? 'none' : `${runId}${RUN_NOTE[run]}`],
    ['dataset', datasetVersion ?? 'not recorded'],
  ];
};

/** What a person decided since does not follow from the gate's reasons. */
const reasonsTitle = ({ gateDecision, decidedBy }: VersionDetails): string =>
  decidedBy === null || gateDecision === null
    ? 'Why it was decided so'
    : `What the gate had said: ${gateDecision.replaceAll('_', ' ')}`;

interface Links {
  readonly run: string | null;
  readonly gate: string | null;
}

const showLines = (details: VersionDetails, links: Links, nowMs: number, width: number): readonly string[] => {
  const { name, version, reasons, gateByHand, test, records } = details;
  const metrics = Object.entries(test).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `${name}/${version}`,
    ...formatTable([{ title: '' }, { title: '' }], factRows(details, nowMs))
      .slice(1)
      .map((line) => `  ${line}`),
    ...section(
      reasonsTitle(details),
      reasons.flatMap((reason) => wrapLine(reason, Math.max(20, width - 2))),
    ),
    ...section(
      'Made champion by hand: what the gate would have said',
      gateByHand === null ? [] : wrapLine(gateByHand, Math.max(20, width - 2)),
    ),
    ...section(
      'Metrics of the test part',
      formatTable(
        [{ title: '' }, { title: '', align: 'right' }],
        metrics.map(([key, value]) => [key, formatMetric(value)]),
      ).slice(1),
    ),
    ...section('Records in the ledger', entryLines(records, Math.max(20, width - 2))),
    ...section(
      'Links',
      [links.run, links.gate].filter((link) => link !== null),
    ),
  ].map((line) => line.trimEnd());
};

const showJson = (details: VersionDetails, links: Links): object => ({
  name: details.name,
  ...versionJson(details),
  run: details.run,
  experiment_id: details.experimentId,
  trial_id: details.trialId,
  reasons: details.reasons,
  gate_by_hand: details.gateByHand,
  test: details.test,
  entries: details.records,
  url: links.run,
  gate_url: links.gate,
});

export const showModel = (
  runtime: RegistryRuntime,
  reference: string,
  { asOfMs, isJson }: ShowModelOptions,
): Promise<number> =>
  withCatalogue(runtime, async (catalogue) => {
    const { stdout } = runtime.io;
    const details = await catalogue.show({ reference, asOfMs });
    const linkTo = (path: string | null): string | null =>
      path === null ? null : `${catalogue.uri.replace(/\/+$/, '')}${path}`;
    const links = { run: linkTo(details.mlflowPath), gate: linkTo(details.gatePath) };
    if (isJson) {
      printJson(runtime.io, showJson(details, links));
    } else {
      printLines(stdout, showLines(details, links, asOfMs ?? runtime.now(), stdout.columns || USUAL_WIDTH));
    }
    return EXIT.done;
  });
