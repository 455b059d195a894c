/** Everything about one version, for people: lines of `models show` and of the dashboard. */
import type { GateVerdict } from '../../contracts/gate.ts';
import type { CatalogueVersion, VersionDetails } from '../../contracts/model-catalogue.ts';
import { gateSaid } from '../../policy/registry/settle-question.ts';
import { UNBLESSED } from '../../policy/registry/unblessed.ts';
import { formatMetric, formatUtc } from '../text/formats.ts';
import { verdictLines } from '../text/gate-lines.ts';
import { section } from '../text/section.ts';
import { formatTable, wrapLine } from '../text/table.ts';
import { entryLines } from './entry-lines.ts';
import { formatAge, formatMegabytes, verdictText } from './model-formats.ts';

const RUN_NOTE: Readonly<Record<CatalogueVersion['run'], string>> = {
  active: '',
  deleted: ' (deleted: in the bin of MLflow)',
  missing: ' (deleted for good: metrics and files are gone)',
  none: '',
};

const factRows = (details: VersionDetails, nowMs: number): readonly (readonly string[])[] => {
  const { aliases, runId, run, experimentId, trialId, datasetVersion, bundle, ndcgAt10, bytes, createdAtMs } = details;
  const trained = [experimentId, trialId].filter((part) => part !== null).join('/');
  return [
    ['aliases', aliases.length === 0 ? 'none' : aliases.join(', ')],
    ['verdict', verdictText(details)],
    ['NDCG@10', formatMetric(ndcgAt10)],
    ['size', bytes === null ? 'not known' : `${formatMegabytes(bytes)} MB`],
    ['registered', `${formatUtc(createdAtMs)}, ${formatAge(nowMs - createdAtMs)} ago`],
    ['trained by', trained === '' ? 'not recorded' : trained],
    ['run', runId === null ? 'none' : `${runId}${RUN_NOTE[run]}`],
    ['dataset', datasetVersion ?? 'not recorded'],
    ['blessed', bundle ?? `no: ${UNBLESSED}`],
  ];
};

/** What a person decided since does not follow from the gate's reasons. */
const reasonsTitle = ({ gateDecision, decidedBy, reasons, verdict }: VersionDetails): string =>
  (decidedBy === null && verdict !== 'unknown') || gateDecision === null
    ? 'Why it was decided so'
    : `What the gate had said: ${gateSaid(gateDecision, reasons).replaceAll('_', ' ')}`;

/** Pages of MLflow. */
export interface VersionLinks {
  readonly run: string | null;
  readonly gate: string | null;
}

/** @param uri of MLflow */
export const versionLinks = (uri: string, { mlflowPath, gatePath }: VersionDetails): VersionLinks => {
  const linkTo = (path: string | null): string | null => (path === null ? null : `${uri.replace(/\/+$/, '')}${path}`);
  return { run: linkTo(mlflowPath), gate: linkTo(gatePath) };
};

export interface ShownVersion {
  readonly details: VersionDetails;
  readonly links: VersionLinks;
  /** With it its rules are told; null: the reasons alone. */
  readonly gate: GateVerdict | null;
}

export const versionPage = (
  { details, links, gate }: ShownVersion,
  nowMs: number,
  width: number,
): readonly string[] => {
  const { name, version, gateByHand, lostQuestion, test, records } = details;
  const reasons = gate === null ? details.reasons : verdictLines(gate);
  const metrics = Object.entries(test).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `${name}/${version}`,
    ...formatTable([{ title: '' }, { title: '' }], factRows(details, nowMs))
      .slice(1)
      .map((line) => `  ${line}`),
    ...section('What to do', lostQuestion == null ? [] : wrapLine(lostQuestion, Math.max(20, width - 2))),
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
