/** The final snapshot of an experiment that has ended: its result, the details of its failure, or a last query. */
import { ApplicationFailure, CancelledFailure, type Client, WorkflowFailedError } from '@temporalio/client';
import type { ExperimentSnapshot } from '../contracts/experiment.ts';

const isSnapshot = (value: unknown): value is ExperimentSnapshot =>
  typeof value === 'object' && value !== null && 'experimentId' in value && 'trials' in value;

/** Rethrows the workflow's failure when it carries no snapshot (terminated from outside, say). */
export const readOutcome = async (client: Client, workflowId: string): Promise<ExperimentSnapshot> => {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return (await handle.result()) as ExperimentSnapshot;
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    if (cause instanceof CancelledFailure) {
      // The server keeps no details of a cancelled workflow; a worker replays its history for the answer.
      return handle.query<ExperimentSnapshot, []>('snapshot');
    }
    const snapshot = cause instanceof ApplicationFailure ? cause.details?.find(isSnapshot) : undefined;
    if (snapshot === undefined) {
      throw error;
    }
    return snapshot;
  }
};
