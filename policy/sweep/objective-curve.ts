/** From the metrics of each epoch to what trials are compared by. */
import type { ObjectiveCurve } from '../../contracts/replay.ts';

interface EpochValue {
  readonly epoch: number;
  readonly value: number;
}

/**
 * The objective at the best epoch so far, where the best epoch is that of the highest NDCG@10, the earlier one on a tie:
 * as training chooses it.
 * @param ndcg by ascending epoch
 */
export const objectiveCurve = (ndcg: readonly EpochValue[], objective: readonly EpochValue[]): ObjectiveCurve => {
  const valueAt = new Map(objective.map(({ epoch, value }) => [epoch, value]));
  let best: EpochValue | null = null;
  const curve: EpochValue[] = [];
  for (const { epoch, value } of ndcg) {
    const own = valueAt.get(epoch);
    if (value > (best?.value ?? -1) && own !== undefined) {
      best = { epoch, value };
    }
    const shown = best === null ? undefined : valueAt.get(best.epoch);
    if (shown !== undefined) {
      curve.push({ epoch, value: shown });
    }
  }
  return curve;
};
