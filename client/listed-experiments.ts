/** The list of experiments, and how it is brought up to date without asking for all of them again. */
import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import type { ExperimentOutcome } from '../contracts/experiment.ts';
import { knownExperiments } from './known-experiments.ts';

export interface ListedExperiment {
  readonly experimentId: string;
  readonly workflowId: string;
  readonly status: WorkflowExecutionStatusName;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** null while it runs, and where it was ended from outside or by an earlier version. */
  readonly outcome: ExperimentOutcome | null;
}

type ListingClient = Pick<Client, 'workflow'>;

/** The server may list an end later than it was, and several ends not in their order. */
const LISTED_LATE_MS = 120_000;

const isRunning = ({ status }: ListedExperiment): boolean => status === 'RUNNING';

/** Those that fulfil the condition of Temporal's; all without one. */
export const listExperiments = async (
  client: ListingClient,
  condition?: string,
): Promise<readonly ListedExperiment[]> =>
  (await knownExperiments(client, condition)).map(({ execution, ...ids }) => ({
    ...ids,
    status: execution.status.name,
    startedAtMs: execution.startTime.getTime(),
    endedAtMs: execution.closeTime?.getTime() ?? null,
    outcome: (execution.memo?.outcome as ExperimentOutcome | undefined) ?? null,
  }));

/** What has ended stays as it is. */
const isSame = (a: ListedExperiment, b: ListedExperiment): boolean =>
  !isRunning(a) && a.status === b.status && a.startedAtMs === b.startedAtMs && a.endedAtMs === b.endedAtMs;

/** The server's own times: its clock need not be ours. */
const newestMs = (known: readonly ListedExperiment[]): number =>
  known.reduce((newest, { startedAtMs, endedAtMs }) => Math.max(newest, startedAtMs, endedAtMs ?? 0), 0);

/**
 * What all would be by now, from an earlier answer: asks for those that run or have ended since. Rows that are the same
 * are the same objects, and so is the list where nothing has changed. An experiment that the server has deleted since its
 * end stays listed.
 */
export const listChanges = async (
  client: ListingClient,
  known: readonly ListedExperiment[],
): Promise<readonly ListedExperiment[]> => {
  const since = new Date(newestMs(known) - LISTED_LATE_MS).toISOString();
  const answered = await listExperiments(client, `(ExecutionStatus = 'Running' OR CloseTime >= '${since}')`);
  const byId = new Map(answered.map((row) => [row.experimentId, row]));
  // Neither running nor ended lately: deleted, or listed by a clock that was put back.
  if (known.some((row) => isRunning(row) && !byId.has(row.experimentId))) {
    return listExperiments(client);
  }
  const rows = known.map((row) => {
    const found = byId.get(row.experimentId);
    byId.delete(row.experimentId);
    return found === undefined || isSame(row, found) || found.startedAtMs < row.startedAtMs ? row : found;
  });
  const fresh = [...byId.values()];
  return fresh.length === 0 && rows.every((row, place) => row === known[place]) ? known : [...fresh, ...rows];
};
