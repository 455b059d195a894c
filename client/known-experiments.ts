/** Every experiment that the server knows, and what is said of an id that is none of them. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { TtExpError } from '../contracts/errors.ts';
import { type ExperimentIds, parseExperimentId } from '../contracts/ids.ts';
import { nearestHint } from '../policy/nearest.ts';

export interface KnownExperiment extends ExperimentIds {
  readonly execution: WorkflowExecutionInfo;
}

/** Newest first. One that was continued goes by the execution that continues it. */
export const knownExperiments = async (client: Pick<Client, 'workflow'>): Promise<readonly KnownExperiment[]> => {
  const known: KnownExperiment[] = [];
  for await (const execution of client.workflow.list({ query: "WorkflowType = 'experiment'" })) {
    const ids = parseExperimentId(execution.workflowId);
    if (ids !== null && execution.status.name !== 'CONTINUED_AS_NEW') {
      known.push({ ...ids, execution });
    }
  }
  return known;
};

/** EXPERIMENT_NOT_FOUND, with the nearest of those that there are. */
export const experimentNotFound = async (client: Pick<Client, 'workflow'>, id: string): Promise<TtExpError> => {
  const known = new Set((await knownExperiments(client)).map(({ experimentId }) => experimentId));
  return new TtExpError(
    'EXPERIMENT_NOT_FOUND',
    `experiment: got ${id}, expected the id of an experiment on this server`,
    { hint: nearestHint(id, [...known], '`tt-exp list` shows all experiments.') },
  );
};
