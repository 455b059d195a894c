/** The final snapshot of an experiment that has ended: its result, the details of its failure, or a last query. */
import {
  ApplicationFailure,
  CancelledFailure,
  type Client,
  TerminatedFailure,
  WorkflowFailedError,
} from '@temporalio/client';
import { type ErrorRecord, fromErrorRecord } from '../contracts/errors.ts';
import type { ExperimentSnapshot } from '../contracts/experiment.ts';
import type { RecordedSnapshot } from '../contracts/read-snapshot.ts';
import { inTodaysForm, querySnapshot } from './snapshots.ts';

const isSnapshot = (value: unknown): value is RecordedSnapshot =>
  typeof value === 'object' && value !== null && 'experimentId' in value && 'trials' in value;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Ended from outside, or in a way that left no result: the state that it had then, as a failure. */
const readLost = async (
  client: Client,
  workflowId: string,
  failure: WorkflowFailedError,
): Promise<ExperimentSnapshot> => {
  const why =
    failure.cause instanceof TerminatedFailure
      ? `its workflow was terminated in Temporal (${failure.cause.message})`
      : `its workflow ended in Temporal without a result (${messageOf(failure.cause ?? failure)})`;
  const error: ErrorRecord = {
    code: 'INTERRUPTED',
    message: why,
    hint: 'Its MLflow runs may still be RUNNING: close them with `tt-exp doctor --repair`, then run it again.',
  };
  try {
    return { ...(await querySnapshot(client, workflowId)), status: 'failed', error };
  } catch (unanswered) {
    const unknown = `its progress is unknown, since no worker answers: ${messageOf(unanswered)}`;
    throw fromErrorRecord({ ...error, message: `experiment ${workflowId}: ${why}; ${unknown}` }, failure);
  }
};

/** Throws INTERRUPTED, caused by the workflow's failure, for one that left no result where no worker answers. */
export const readOutcome = async (client: Client, workflowId: string): Promise<ExperimentSnapshot> => {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await inTodaysForm(client, workflowId, (await handle.result()) as RecordedSnapshot);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) {
      throw error;
    }
    const { cause } = error;
    if (cause instanceof CancelledFailure) {
      // The server keeps no details of a cancelled workflow; a worker replays its history for the answer.
      return querySnapshot(client, workflowId);
    }
    const snapshot = cause instanceof ApplicationFailure ? cause.details?.find(isSnapshot) : undefined;
    return snapshot === undefined ? readLost(client, workflowId, error) : inTodaysForm(client, workflowId, snapshot);
  }
};
