/** The looks at test parts so far, beside a ledger, and whether they are as the model's owner wrote them. */
import { TtExpError } from '../../contracts/errors.ts';
import { ARTIFACT } from '../../contracts/names.ts';
import type { Look } from '../../contracts/test-part-looks.ts';
import type { LedgerReader } from '../ports.ts';
import { digestOfLooks } from './digest.ts';
import { findLedger, type Ledger } from './find-ledger.ts';

export interface LooksReading {
  /** In the order of asking. */
  readonly looks: readonly Look[];
  /** Continues "looks.json "; null: they are intact, as far as the run tells. */
  readonly problem: string | null;
  /** The run says nothing of them: they were counted before it did. */
  readonly isUncovered: boolean;
}

const isLook = (value: unknown): value is Look =>
  typeof value === 'object' && value !== null && 'key' in value && 'spent' in value && 'ends_at' in value;

/** null where they are something else. */
const parse = (text: string): readonly Look[] | null => {
  try {
    const looks: unknown = JSON.parse(text);
    return Array.isArray(looks) && looks.every(isLook) ? looks : null;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return null;
    }
    throw error;
  }
};

/** One more than the run tells of is that of an owner who was stopped before it said so. */
const problemOf = (looks: readonly Look[], { looksHead: head }: Pick<Ledger, 'looksHead'>): string | null => {
  if (head === null) {
    return null;
  }
  if (looks.length < head.seq) {
    return `has ${looks.length} looks, but there were ${head.seq}`;
  }
  if (digestOfLooks(looks.slice(0, head.seq)) !== head.digest) {
    return 'was edited: its digest is another one';
  }
  return looks.length > head.seq + 1 ? `has ${looks.length} looks, but there were only ${head.seq}` : null;
};

export const readLooksOf = async (
  tracking: Pick<LedgerReader, 'getArtifactText'>,
  ledger: Pick<Ledger, 'runId' | 'looksHead'>,
): Promise<LooksReading> => {
  const text = await tracking.getArtifactText(ledger.runId, ARTIFACT.looks);
  const looks = text === null ? [] : parse(text);
  return looks === null
    ? { looks: [], problem: 'cannot be read', isUncovered: false }
    : { looks, problem: problemOf(looks, ledger), isUncovered: looks.length > 0 && ledger.looksHead === null };
};

/** Throws LEDGER_BROKEN: looks that somebody forgot would be given anew. */
export const readIntactLooks = async (
  tracking: Pick<LedgerReader, 'getArtifactText'>,
  ledger: Ledger,
): Promise<readonly Look[]> => {
  const { looks, problem } = await readLooksOf(tracking, ledger);
  if (problem !== null) {
    throw new TtExpError('LEDGER_BROKEN', `${ARTIFACT.looks} of the ledger, MLflow run ${ledger.runId}, ${problem}`, {
      hint: 'Restore the artifact from a backup: it counts how often each test part was looked at. Or delete that run: a new ledger begins with the champion of now, and every test part counts as never looked at.',
    });
  }
  return looks;
};

/** None where the model has no ledger yet. Throws LEDGER_BROKEN. */
export const readLooks = async (tracking: LedgerReader, modelName: string): Promise<readonly Look[]> => {
  const model = await tracking.findModel(modelName);
  const ledger = model === null ? null : await findLedger(tracking, model);
  return ledger === null ? [] : readIntactLooks(tracking, ledger);
};
