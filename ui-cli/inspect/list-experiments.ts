/** `tt-exp list`: every experiment with progress and best value, and what those that run are doing. */
import type { ListedExperiment } from '../../client/experiments-client.ts';
import { EXIT } from '../../contracts/errors.ts';
import {
  type ExperimentOutcome,
  type ExperimentSnapshot,
  endedTrials,
  isPastTraining,
} from '../../contracts/experiment.ts';
import type { ObjectiveName } from '../../contracts/objective.ts';
import { bestTrial } from '../../policy/ranking.ts';
import type { Experiments, PlatformRuntime } from '../platform/platform-runtime.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { formatDuration, formatMetric } from '../text/formats.ts';
import { objectiveText } from '../text/objective.ts';
import { printJson, printLines } from '../text/output.ts';
import { formatTable } from '../text/table.ts';

/** A worker that is alive answers at once; a list waits no longer for one that is not. */
const ANSWER_TIMEOUT_MS = 3000;

/** Questions at once. */
const PARALLEL = 8;

interface Row extends ListedExperiment {
  /** null for one that has ended, and where no worker answered. */
  readonly snapshot: ExperimentSnapshot | null;
}

const STATUS: Readonly<Record<string, string>> = { CANCELED: 'cancelled' };

const isRunning = ({ status }: ListedExperiment): boolean => status === 'RUNNING';

const statusText = ({ status, snapshot }: Row): string => {
  if (snapshot?.status !== 'running') {
    return STATUS[status] ?? status.toLowerCase();
  }
  return snapshot.sweep?.isPaused === true && !isPastTraining(snapshot.phase) ? 'paused' : 'running';
};

/** null where nobody knows. */
const trialsOf = ({ snapshot, outcome }: Row): ExperimentOutcome['trials'] | null =>
  snapshot === null ? (outcome?.trials ?? null) : endedTrials(snapshot);

const progressText = (row: Row): string => {
  const { snapshot } = row;
  const trials = trialsOf(row);
  if (snapshot !== null && snapshot.phase !== 'train') {
    return snapshot.phase;
  }
  if (trials === null) {
    return '–';
  }
  const { ended, total } = trials;
  const count = total === null ? String(ended) : `${ended} of ${total}`;
  return `${count} ${(total ?? ended) === 1 ? 'trial' : 'trials'}`;
};

const bestOf = ({ snapshot, outcome }: Row): number | null =>
  snapshot === null
    ? (outcome?.best ?? null)
    : (bestTrial(snapshot.trials, snapshot.objective.direction)?.value ?? null);

/** null where nobody knows. */
const metricOf = ({ snapshot, outcome }: Row): ObjectiveName | null =>
  snapshot?.objective.metric ?? outcome?.metric ?? null;

const bestText = (row: Row): string => {
  const [best, metric] = [bestOf(row), metricOf(row)];
  return best === null || metric === null ? formatMetric(best) : objectiveText({ metric }, best);
};

/** Asks those that run, a few at once. */
const withSnapshots = async (
  experiments: Experiments,
  listed: readonly ListedExperiment[],
): Promise<readonly Row[]> => {
  const rows: Row[] = listed.map((one) => ({ ...one, snapshot: null }));
  const waiting = rows.entries();
  const ask = async (): Promise<void> => {
    for (const [place, row] of waiting) {
      if (isRunning(row)) {
        rows[place] = { ...row, snapshot: await experiments.snapshot(row.experimentId, ANSWER_TIMEOUT_MS) };
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, ask));
  return rows;
};

const isoTime = (ms: number): string => new Date(ms).toISOString();

const toJson = (row: Row): object => ({
  experiment_id: row.experimentId,
  workflow_id: row.workflowId,
  status: statusText(row).replaceAll(' ', '_'),
  phase: row.snapshot?.phase ?? null,
  trials: trialsOf(row),
  best: bestOf(row),
  metric: metricOf(row),
  started_at: isoTime(row.startedAtMs),
  ended_at: row.endedAtMs === null ? null : isoTime(row.endedAtMs),
});

const tableOf = (rows: readonly Row[], nowMs: number): readonly string[] =>
  formatTable(
    [
      { title: 'experiment' },
      { title: 'status' },
      { title: 'progress' },
      { title: 'best', align: 'right' },
      { title: 'started (UTC)' },
      { title: 'time', align: 'right' },
    ],
    rows.map((row) => [
      row.experimentId,
      statusText(row),
      progressText(row),
      bestText(row),
      isoTime(row.startedAtMs).replace('T', ' ').slice(0, 19),
      formatDuration(((row.endedAtMs ?? nowMs) - row.startedAtMs) / 1000),
    ]),
  );

export const listExperiments = (runtime: PlatformRuntime, isJson: boolean): Promise<number> =>
  withPlatform(runtime, async ({ experiments }) => {
    const listed = (await experiments.list()).toSorted((a, b) => b.startedAtMs - a.startedAtMs);
    const rows = await withSnapshots(experiments, listed);
    const silent = rows.filter((row) => isRunning(row) && row.snapshot === null).length;
    if (silent > 0) {
      const subject = silent === 1 ? '1 running experiment has' : `${silent} running experiments have`;
      printLines(runtime.io.stderr, [`note: ${subject} no worker that answers; start one with \`tt-exp up\``]);
    }
    if (isJson) {
      printJson(runtime.io, { experiments: rows.map(toJson) });
    } else {
      const none = ['no experiments yet: tt-exp run experiments/smoke.json'];
      printLines(runtime.io.stdout, rows.length === 0 ? none : tableOf(rows, runtime.now()));
    }
    return EXIT.done;
  });
