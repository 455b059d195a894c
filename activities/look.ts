/** Counts a look at the test part of a dataset version, before the gate takes it. */
import type { LookTaken, WantedLook } from '../contracts/test-part-looks.ts';
import { recordLook } from '../registry/ledger/record-look.ts';
import { ensureDataset } from './dataset.ts';
import { type FenceDeps, fenceOwnAttempt } from './fence.ts';
import type { DatasetPort, TrackingPort } from './ports.ts';

export interface LookActivityDeps extends FenceDeps {
  readonly datasets: Pick<DatasetPort, 'findLocal' | 'adopt' | 'readTestPart'>;
  readonly tracking: TrackingPort;
}

export interface TakeLookRequest extends WantedLook {
  readonly modelName: string;
  /** ISO 8601, UTC: of the owner's clock. */
  readonly at: string;
}

export const createLookActivities = ({ datasets, tracking, ...fencing }: LookActivityDeps) => ({
  /** Throws LEDGER_BROKEN. Only the model's owner calls it, one at a time. */
  takeLook: async ({ datasetVersion, ...request }: TakeLookRequest): Promise<LookTaken> => {
    await ensureDataset({ datasets, tracking }, datasetVersion);
    const part = await datasets.readTestPart(datasetVersion);
    const fence = fenceOwnAttempt(fencing, () => null);
    return recordLook(
      tracking.guardedBy(() => fence.assertCurrent()),
      { ...request, part },
    );
  },
});
