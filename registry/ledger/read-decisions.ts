/** What the ledger of a registered model says of its versions, by any name that the model has had. */
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { LedgerReader } from '../ports.ts';
import { findLedgerRuns, type Ledger, ledgersNamed } from './find-ledger.ts';
import { readLedgerOf } from './read-ledger.ts';

export type DecisionsReader = Omit<LedgerReader, 'findModel'>;

type Entries = readonly LedgerEntry[];

/** Records of the first ledger that suits, oldest first; none where no ledger does. The name of now comes first. */
export type ReadDecisions = (modelName: string, suits: (entries: Entries) => boolean) => Promise<Entries>;

/** For several questions at once: each ledger is read once, as it is then. */
export const openDecisions = async (tracking: DecisionsReader): Promise<ReadDecisions> => {
  const runs = await findLedgerRuns(tracking);
  const read = new Map<string, Promise<Entries>>();
  const entriesOf = (ledger: Ledger): Promise<Entries> => {
    const entries = read.get(ledger.runId) ?? readLedgerOf(tracking, ledger).then((reading) => reading.entries);
    read.set(ledger.runId, entries);
    return entries;
  };
  return async (modelName, suits) => {
    for (const ledger of ledgersNamed(runs, modelName)) {
      const entries = await entriesOf(ledger);
      if (suits(entries)) {
        return entries;
      }
    }
    return [];
  };
};

export const readDecisions = async (tracking: DecisionsReader, modelName: string): Promise<Entries> =>
  (await openDecisions(tracking))(modelName, () => true);
