/** `tt-exp list`: every experiment with progress and best value, and what those that run are doing. */
import type { ListedExperiment } from '../../client/experiments-client.ts';
import { EXIT } from '../../contracts/errors.ts';
import type { DecisionSince } from '../../contracts/gate.ts';
import type { Experiments, PlatformRuntime } from '../platform/platform-runtime.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { formatDuration } from '../text/formats.ts';
import { printJson, printLines } from '../text/output.ts';
import { formatTable } from '../text/table.ts';
import {
  bestOf,
  bestText,
  type ExperimentRow,
  type ExperimentState,
  isRunning,
  LISTED,
  metricOf,
  progressText,
  statusText,
  trialsOf,
  withSnapshots,
} from './experiment-rows.ts';
import { decisionText, readGateDecisions } from './gate-decisions.ts';

const isoTime = (ms: number): string => new Date(ms).toISOString();

type Decisions = ReadonlyMap<string, DecisionSince>;

const toJson = (row: ExperimentRow, decisions: Decisions): object => ({
  experiment_id: row.experimentId,
  workflow_id: row.workflowId,
  status: statusText(row),
  phase: row.snapshot?.phase ?? null,
  trials: trialsOf(row),
  best: bestOf(row),
  metric: metricOf(row),
  gate_decision: decisions.get(row.experimentId) ?? null,
  started_at: isoTime(row.startedAtMs),
  ended_at: row.endedAtMs === null ? null : isoTime(row.endedAtMs),
});

const tableOf = (rows: readonly ExperimentRow[], decisions: Decisions, nowMs: number): readonly string[] =>
  formatTable(
    [
      { title: 'experiment' },
      { title: 'status' },
      { title: 'progress' },
      { title: 'best', align: 'right' },
      { title: 'gate' },
      { title: 'started (UTC)' },
      { title: 'time', align: 'right' },
    ],
    rows.map((row) => [
      row.experimentId,
      statusText(row),
      progressText(row),
      bestText(row),
      decisionText(decisions.get(row.experimentId)),
      isoTime(row.startedAtMs).replace('T', ' ').slice(0, 19),
      formatDuration(((row.endedAtMs ?? nowMs) - row.startedAtMs) / 1000),
    ]),
  );

export interface ListOptions {
  /** Empty: all. */
  readonly states: readonly ExperimentState[];
  /** null: all of them. */
  readonly limit: number | null;
  readonly page: number;
  readonly isJson: boolean;
}

/** The newest, as many as are quick to ask about. */
export const FIRST_PAGE: Omit<ListOptions, 'isJson'> = { states: [], limit: LISTED, page: 1 };

const isOpenState = (state: ExperimentState): boolean => state === 'running' || state === 'paused';

/** Those that may be in one of the states: whether a running one is paused is told by its worker alone. */
const mayBeIn = (listed: ListedExperiment, states: readonly ExperimentState[]): boolean =>
  states.length === 0 ||
  (isRunning(listed) ? states.some(isOpenState) : states.includes(statusText({ ...listed, snapshot: null })));

interface Found {
  /** Of the page. */
  readonly rows: readonly ExperimentRow[];
  readonly total: number;
}

/** Workers are asked about the experiments of the page alone, unless the states depend on them. */
const findRows = async (experiments: Experiments, { states, limit, page }: ListOptions): Promise<Found> => {
  const size = limit ?? Number.POSITIVE_INFINITY;
  const ofPage = <Item>(items: readonly Item[]): readonly Item[] =>
    limit === null ? items : items.slice((page - 1) * size, page * size);
  const listed = (await experiments.list())
    .filter((one) => mayBeIn(one, states))
    .toSorted((a, b) => b.startedAtMs - a.startedAtMs);
  if (states.includes('running') === states.includes('paused')) {
    return { rows: await withSnapshots(experiments, ofPage(listed)), total: listed.length };
  }
  const rows = (await withSnapshots(experiments, listed)).filter((row) => states.includes(statusText(row)));
  return { rows: ofPage(rows), total: rows.length };
};

/** What stands beside the list, on stderr. */
const notes = ({ rows, total }: Found, { limit, page }: ListOptions): readonly string[] => {
  const silent = rows.filter((row) => isRunning(row) && row.snapshot === null).length;
  const subject = silent === 1 ? '1 running experiment has' : `${silent} running experiments have`;
  const first = (page - 1) * (limit ?? 0) + 1;
  const last = Math.ceil(total / (limit ?? total));
  const where = rows.length === 0 ? `none on page ${page}` : `${first} to ${first + rows.length - 1}`;
  const more = page < last ? `--page ${page + 1} has more` : `--page ${last} is the last`;
  return [
    ...(silent > 0 ? [`note: ${subject} no worker that answers; start one with \`tt-exp up\``] : []),
    ...(rows.length < total
      ? [`note: ${where} of ${total} experiments: ${more}, --limit ${total} all, --state fewer`]
      : []),
  ];
};

const nothingText = ({ states }: ListOptions): string =>
  states.length === 0
    ? 'no experiments yet: tt-exp run experiments/smoke.json'
    : `no experiment is ${states.join(' or ')}`;

export const listExperiments = (runtime: PlatformRuntime, options: ListOptions): Promise<number> =>
  withPlatform(runtime, async (platform) => {
    const found = await findRows(platform.experiments, options);
    const { rows, total } = found;
    const decisions = await readGateDecisions(runtime.io, platform, rows);
    printLines(runtime.io.stderr, notes(found, options));
    if (options.isJson) {
      printJson(runtime.io, { experiments: rows.map((row) => toJson(row, decisions)), total });
    } else {
      printLines(runtime.io.stdout, total === 0 ? [nothingText(options)] : tableOf(rows, decisions, runtime.now()));
    }
    return EXIT.done;
  });
