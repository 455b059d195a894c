/** Which Temporal database an experiment lives in, and whether its workflow is there still. */
import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';

/** gRPC's status codes of a server that does not tell. */
const UNTOLD: ReadonlySet<number> = new Set([7, 12]);

/**
 * Id of the namespace: made at random with the database, so it tells apart what lies behind equal addresses, and an
 * emptied database from the one before it. null where the server does not tell.
 */
export const readTemporalId = async (client: Client): Promise<string | null> => {
  try {
    const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace: client.options.namespace });
    return namespaceInfo?.id ?? null;
  } catch (error) {
    if (isGrpcServiceError(error) && UNTOLD.has(error.code)) {
      return null;
    }
    throw error;
  }
};

export type WorkflowState = 'open' | 'ended' | 'missing';

const ENDED: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);

/** Of the latest execution. Whatever else goes wrong rejects: an unreachable workflow is not a missing one. */
export const readWorkflowState = async (client: Client, workflowId: string): Promise<WorkflowState> => {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return ENDED.has(status.name) ? 'ended' : 'open';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      return 'missing';
    }
    throw error;
  }
};
