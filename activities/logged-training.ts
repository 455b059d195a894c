/** How far a training came that has left no result, by the epochs in its run. */
import type { ObjectiveName } from '../contracts/objective.ts';
import type { LoggedTraining } from '../contracts/trial.ts';
import type { TrackingPort } from './ports.ts';

/** null where no epoch has ended. The best epoch is that of the highest NDCG@10, the earlier one on a tie, as in training. */
export const readLogged = async (
  tracking: Pick<TrackingPort, 'metricHistory'>,
  runId: string,
  metric: ObjectiveName,
): Promise<LoggedTraining | null> => {
  const read = (name: ObjectiveName) => tracking.metricHistory(runId, `val_${name}`);
  const ndcg = await read('ndcg_at_10');
  const [first, last] = [ndcg[0], ndcg.at(-1)];
  if (first === undefined || last === undefined) {
    return null;
  }
  const { step, value } = ndcg.reduce((best, point) => (point.value > best.value ? point : best), first);
  const own = metric === 'ndcg_at_10' ? null : (await read(metric)).find((point) => point.step === step);
  const objective = own == null ? {} : { [metric]: own.value };
  return { epochs: last.step, bestEpoch: step, validation: { ndcg_at_10: value, ...objective } };
};
