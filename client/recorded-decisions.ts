/** What the ledger of a registered model says of its versions, by any name that the model has had. */
import type { LedgerEntry } from '../contracts/ledger.ts';
import { findLedgerRuns, ledgersNamed } from '../registry/ledger/find-ledger.ts';
import { readLedgerOf } from '../registry/ledger/read-ledger.ts';
import type { LedgerReader } from '../registry/ports.ts';

export type DecisionsReader = Omit<LedgerReader, 'findModel'>;

/** Records of the first ledger that suits, oldest first; none where no ledger does. The name of now comes first. */
export const readDecisions = async (
  tracking: DecisionsReader,
  modelName: string,
  suits: (entries: readonly LedgerEntry[]) => boolean = () => true,
): Promise<readonly LedgerEntry[]> => {
  for (const ledger of ledgersNamed(await findLedgerRuns(tracking), modelName)) {
    const { entries } = await readLedgerOf(tracking, ledger);
    if (suits(entries)) {
      return entries;
    }
  }
  return [];
};
