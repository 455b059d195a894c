import type { ModelHistory } from '../../contracts/model-catalogue.ts';
import { readLedger } from '../../registry/ledger/read-ledger.ts';
import { findModelRecord } from './find-model-record.ts';
import type { CatalogueReader } from './ports.ts';

/** Throws MODEL_NOT_FOUND. */
export const readHistory = async (tracking: CatalogueReader, name: string): Promise<ModelHistory> => {
  const model = findModelRecord(await tracking.registeredModels(), name);
  const ledger = await readLedger(tracking, model.name);
  return { name, entries: ledger?.entries ?? [], broken: ledger?.broken ?? null };
};
