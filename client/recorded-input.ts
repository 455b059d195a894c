/** What an experiment was started with, read from the first event of its history. */
import { type Client, defaultPayloadConverter } from '@temporalio/client';
import { TtExpError } from '../contracts/errors.ts';
import type { ExperimentInput } from '../contracts/experiment.ts';
import { gzipCodec } from './payload-codec.ts';

/**
 * Of the latest execution; one that was continued has the same config as the one before it.
 * Rejects with the server's "not found" where there is no such workflow.
 */
export const readInput = async (client: Client, workflowId: string): Promise<ExperimentInput> => {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  // The bare service hands out what was sent: a long input is packed.
  const [payload] = await gzipCodec.decode(payloads.slice(0, 1));
  if (payload === undefined) {
    throw new TtExpError('INTERNAL', `workflow ${workflowId}: its history has no config as input`);
  }
  const { progress: _, ...input } = defaultPayloadConverter.fromPayload<ExperimentInput>(payload);
  return input;
};
