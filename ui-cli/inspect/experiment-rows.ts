/** Experiments as lists show them: state, progress and best value, also of those that run. */
import type { ListedExperiment } from '../../client/experiments-client.ts';
import {
  type ExperimentOutcome,
  type ExperimentSnapshot,
  endedTrials,
  isPastTraining,
} from '../../contracts/experiment.ts';
import type { ObjectiveName } from '../../contracts/objective.ts';
import { bestTrial } from '../../policy/ranking.ts';
import type { Experiments } from '../platform/platform-runtime.ts';
import { formatMetric } from '../text/formats.ts';
import { objectiveText } from '../text/objective.ts';

/** A worker that is alive answers at once; a list waits no longer for one that is not. */
const ANSWER_TIMEOUT_MS = 3000;

/** Questions at once. */
const PARALLEL = 8;

export interface ExperimentRow extends ListedExperiment {
  /** null for one that has ended, and where no worker answered. */
  readonly snapshot: ExperimentSnapshot | null;
}

/** Experiments on a page of a list unless told otherwise: more than a terminal shows. */
export const LISTED = 100;

/** As `show` names them: an experiment that was ended from outside has failed. */
export const STATES = ['running', 'paused', 'completed', 'failed', 'cancelled'] as const;
export type ExperimentState = (typeof STATES)[number];

const STATUS: Readonly<Partial<Record<ListedExperiment['status'], ExperimentState>>> = {
  COMPLETED: 'completed',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
  TERMINATED: 'failed',
  TIMED_OUT: 'failed',
};

export const isRunning = ({ status }: ListedExperiment): boolean => status === 'RUNNING';

export const statusText = ({ status, snapshot }: ExperimentRow): ExperimentState => {
  if (snapshot?.status !== 'running') {
    return STATUS[status] ?? 'running';
  }
  return snapshot.sweep?.isPaused === true && !isPastTraining(snapshot.phase) ? 'paused' : 'running';
};

/** null where nobody knows. */
export const trialsOf = ({ snapshot, outcome }: ExperimentRow): ExperimentOutcome['trials'] | null =>
  snapshot === null ? (outcome?.trials ?? null) : endedTrials(snapshot);

export const progressText = (row: ExperimentRow): string => {
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

export const bestOf = ({ snapshot, outcome }: ExperimentRow): number | null =>
  snapshot === null
    ? (outcome?.best ?? null)
    : (bestTrial(snapshot.trials, snapshot.objective.direction)?.value ?? null);

/** null where nobody knows. */
export const metricOf = ({ snapshot, outcome }: ExperimentRow): ObjectiveName | null =>
  snapshot?.objective.metric ?? outcome?.metric ?? null;

export const bestText = (row: ExperimentRow): string => {
  const [best, metric] = [bestOf(row), metricOf(row)];
  return best === null || metric === null ? formatMetric(best) : objectiveText({ metric }, best);
};

/** Asks those that run, a few at once. */
export const withSnapshots = async (
  experiments: Experiments,
  listed: readonly ListedExperiment[],
): Promise<readonly ExperimentRow[]> => {
  const rows: ExperimentRow[] = listed.map((one) => ({ ...one, snapshot: null }));
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
