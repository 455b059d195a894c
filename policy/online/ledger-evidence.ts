import type { OnlineLedgerEvidence } from '../../contracts/ledger.ts';
import type { MeasuredOnline } from '../../contracts/online-steps.ts';

/** Of what was measured last; null: nothing was. */
export const onlineEvidence = (measured: Pick<MeasuredOnline, 'report'> | null): OnlineLedgerEvidence | null => {
  if (measured === null) {
    return null;
  }
  const { experiment_id, decision, users, comparison } = measured.report;
  const { mean = null, low = null, high = null } = comparison?.estimate ?? {};
  return { experiment_id, decision, users, mean, low, high };
};
