/** Every experiment that the server knows, and what is said of an id that is none of them. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { TtExpError } from '../contracts/errors.ts';
import { type ExperimentIds, parseExperimentId } from '../contracts/ids.ts';
import { nearestHint } from '../policy/nearest.ts';

export interface KnownExperiment extends ExperimentIds {
  readonly execution: WorkflowExecutionInfo;
}

const ALL = "WorkflowType = 'experiment'";

/**
 * The latest execution of each. One that was continued goes by the execution that continues it.
 * @param condition that executions fulfil; none: all of them
 */
export const knownExperiments = async (
  client: Pick<Client, 'workflow'>,
  condition?: string,
): Promise<readonly KnownExperiment[]> => {
  const known = new Map<string, KnownExperiment>();
  const query = condition === undefined ? ALL : `${ALL} AND ${condition}`;
  for await (const execution of client.workflow.list({ query })) {
    const ids = parseExperimentId(execution.workflowId);
    if (ids !== null && execution.status.name !== 'CONTINUED_AS_NEW') {
      const other = known.get(ids.experimentId);
      if (other === undefined || other.execution.startTime < execution.startTime) {
        known.set(ids.experimentId, { ...ids, execution });
      }
    }
  }
  return [...known.values()];
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
