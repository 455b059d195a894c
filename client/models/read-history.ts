import type { ModelHistory } from '../../contracts/model-catalogue.ts';
import { readLedgerOf } from '../../registry/ledger/read-ledger.ts';
import { findModelRecord, ledgerOf, nameNotes, readKnownModels } from './known-models.ts';
import type { CatalogueReader } from './ports.ts';

/** Throws MODEL_NOT_FOUND. */
export const readHistory = async (tracking: CatalogueReader, name: string): Promise<ModelHistory> => {
  const known = await readKnownModels(tracking);
  const model = findModelRecord(known, name);
  const found = ledgerOf(known, model);
  const ledger = found === null ? null : await readLedgerOf(tracking, found);
  return {
    ...{ name, entries: ledger?.entries ?? [], broken: ledger?.broken ?? null },
    notes: nameNotes(known, model),
  };
};
