/** Where MLflow shows a run. */
import { TtExpError } from '../../contracts/errors.ts';
import type { RunReader } from '../../registry/ports.ts';

/** Below MLflow's address, with the classic machine-learning view. @param path of a tab */
export const runPage = (run: { readonly experimentId: string; readonly runId: string }, path = ''): string =>
  `/#/experiments/${run.experimentId}/runs/${run.runId}${path}?workflowType=machine_learning`;

/** Throws RUN_NOT_FOUND. */
export const findRunPage = async (tracking: Pick<RunReader, 'findRun'>, runId: string): Promise<string> => {
  const run = await tracking.findRun(runId);
  if (run === null) {
    throw new TtExpError('RUN_NOT_FOUND', `run: got ${runId}, which is not in MLflow, expected the id of a run`, {
      hint: 'Check MLFLOW_TRACKING_URI: another server may have it.',
    });
  }
  return runPage(run);
};
