/** Reads a ledger's records, and says which one is broken. */
import type { LedgerEntry } from '../../contracts/ledger.ts';
import { ARTIFACT } from '../../contracts/names.ts';
import { type CheckedLedger, checkLedger, type FoundRecord } from '../../policy/registry/check-ledger.ts';
import type { LedgerReader } from '../ports.ts';
import { digestOfEntry } from './digest.ts';
import { findLedger, type Ledger } from './find-ledger.ts';

type Artifacts = Pick<LedgerReader, 'listArtifacts' | 'getArtifactText'>;

export interface LedgerReading extends CheckedLedger {
  readonly runId: string;
  /** As the run has them. */
  readonly looksHead: Ledger['looksHead'];
  readonly questionHead: Ledger['questionHead'];
  readonly carriedOut: number;
  /** Those that can be read, intact or not. */
  readonly entries: readonly LedgerEntry[];
}

const READ_AT_ONCE = 8;

/** Path of a record among its run's artifacts. */
export const recordPath = (seq: number): string => `${ARTIFACT.ledger}/${String(seq).padStart(6, '0')}.json`;

const seqOf = (file: string): number => Number(/^(\d{6,})\.json$/.exec(file)?.[1] ?? 0);

const parse = (text: string | null): LedgerEntry | null => {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' && value !== null && 'digest' in value ? (value as LedgerEntry) : null;
  } catch {
    // Its place in the chain says that it is broken.
    return null;
  }
};

/** All of them, ascending. */
const readRecords = async (tracking: Artifacts, runId: string): Promise<readonly FoundRecord[]> => {
  const places = (await tracking.listArtifacts(runId, ARTIFACT.ledger))
    .map(seqOf)
    .filter((place) => place > 0)
    .sort((one, other) => one - other);
  const records: FoundRecord[] = [];
  for (let start = 0; start < places.length; start += READ_AT_ONCE) {
    const read = places.slice(start, start + READ_AT_ONCE).map(async (place) => ({
      seq: place,
      entry: parse(await tracking.getArtifactText(runId, recordPath(place))),
    }));
    records.push(...(await Promise.all(read)));
  }
  return records;
};

/** From its beginning: what was known of a record says nothing of what has become of it. */
export const readAll = async (
  tracking: Artifacts,
  { runId, head, headProblem, carriedOut }: Ledger,
): Promise<Omit<LedgerReading, 'runId' | 'looksHead' | 'questionHead' | 'carriedOut'>> => {
  const found = await readRecords(tracking, runId);
  return {
    ...checkLedger(found, { digestOf: digestOfEntry, head, headProblem, carriedOut }),
    entries: found.flatMap(({ entry }) => (entry === null ? [] : [entry])),
  };
};

export const readLedgerOf = async (tracking: Artifacts, ledger: Ledger): Promise<LedgerReading> => {
  const { runId, looksHead, questionHead, carriedOut } = ledger;
  return { runId, looksHead, questionHead, carriedOut, ...(await readAll(tracking, ledger)) };
};

/** The whole of it; null where the model does not exist, or has none yet. */
export const readLedger = async (tracking: LedgerReader, name: string): Promise<LedgerReading | null> => {
  const model = await tracking.findModel(name);
  const ledger = model === null ? null : await findLedger(tracking, model);
  return ledger === null ? null : readLedgerOf(tracking, ledger);
};
