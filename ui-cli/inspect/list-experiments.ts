/** `tt-exp list`: every experiment with progress and best value, and what those that run are doing. */
import { EXIT } from '../../contracts/errors.ts';
import type { GateDecision } from '../../contracts/gate.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { formatDuration } from '../text/formats.ts';
import { printJson, printLines } from '../text/output.ts';
import { formatTable } from '../text/table.ts';
import {
  bestOf,
  bestText,
  type ExperimentRow,
  isRunning,
  metricOf,
  progressText,
  statusText,
  trialsOf,
  withSnapshots,
} from './experiment-rows.ts';
import { decisionText, readGateDecisions } from './gate-decisions.ts';

const isoTime = (ms: number): string => new Date(ms).toISOString();

type Decisions = ReadonlyMap<string, GateDecision>;

const toJson = (row: ExperimentRow, decisions: Decisions): object => ({
  experiment_id: row.experimentId,
  workflow_id: row.workflowId,
  status: statusText(row).replaceAll(' ', '_'),
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

export const listExperiments = (runtime: PlatformRuntime, isJson: boolean): Promise<number> =>
  withPlatform(runtime, async (platform) => {
    const { experiments } = platform;
    const listed = (await experiments.list()).toSorted((a, b) => b.startedAtMs - a.startedAtMs);
    const rows = await withSnapshots(experiments, listed);
    const decisions = await readGateDecisions(runtime.io, platform, listed);
    const silent = rows.filter((row) => isRunning(row) && row.snapshot === null).length;
    if (silent > 0) {
      const subject = silent === 1 ? '1 running experiment has' : `${silent} running experiments have`;
      printLines(runtime.io.stderr, [`note: ${subject} no worker that answers; start one with \`tt-exp up\``]);
    }
    if (isJson) {
      printJson(runtime.io, { experiments: rows.map((row) => toJson(row, decisions)) });
    } else {
      const none = ['no experiments yet: tt-exp run experiments/smoke.json'];
      printLines(runtime.io.stdout, rows.length === 0 ? none : tableOf(rows, decisions, runtime.now()));
    }
    return EXIT.done;
  });
