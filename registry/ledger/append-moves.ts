/** Adds records at a ledger's end. What is written there is never written again. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { LedgerEntry, LedgerMove } from '../../contracts/ledger.ts';
import { advance, type Standing } from '../../policy/registry/standing.ts';
import type { LedgerWriter } from '../ports.ts';
import { digestOfEntry } from './digest.ts';
import { recordPath } from './read-ledger.ts';

/** null where somebody else has written a record in its place. */
const append = async (
  tracking: Pick<LedgerWriter, 'getArtifactText' | 'putArtifactText'>,
  runId: string,
  { seq: last, digest: previous }: Standing,
  move: LedgerMove,
): Promise<LedgerEntry | null> => {
  const fields = { ...move, seq: last + 1, previous_digest: previous };
  const entry = { ...fields, digest: digestOfEntry(fields) };
  const path = recordPath(entry.seq);
  if ((await tracking.getArtifactText(runId, path)) !== null) {
    return null;
  }
  await tracking.putArtifactText(runId, path, `${canonicalJson(entry)}\n`);
  return entry;
};

/** null where somebody else writes too: to be decided again, after what is written there. */
export const appendMoves = async (
  tracking: Pick<LedgerWriter, 'getArtifactText' | 'putArtifactText'>,
  runId: string,
  standing: Standing,
  moves: readonly LedgerMove[],
): Promise<{ readonly entries: readonly LedgerEntry[]; readonly standing: Standing } | null> => {
  const entries: LedgerEntry[] = [];
  let after = standing;
  for (const move of moves) {
    const entry = await append(tracking, runId, after, move);
    if (entry === null) {
      return null;
    }
    entries.push(entry);
    after = advance(after, entry);
  }
  return { entries, standing: after };
};
