/** What the ledger of a registered model says of its versions, by any name that the model has had. */
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { LedgerReader } from '../ports.ts';
import { findLedgerRuns, ledgersNamed } from './find-ledger.ts';
import { readLedgerOf } from './read-ledger.ts';

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
