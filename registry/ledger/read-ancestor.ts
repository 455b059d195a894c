/** Who was the best champion of the last 12 months, by the ledger. */
import { bestAncestor } from '../../policy/registry/best-ancestor.ts';
import type { LedgerReader } from '../ports.ts';
import { readLedger } from './read-ledger.ts';

/** Its version; null where none is on record. A ledger that somebody has edited counts as far as it is intact. */
export const readAncestor = async (
  tracking: LedgerReader,
  modelName: string,
  nowMs: number,
): Promise<string | null> => {
  const ledger = await readLedger(tracking, modelName);
  return ledger === null ? null : bestAncestor(ledger.standing, nowMs);
};
