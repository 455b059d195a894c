/** The question that awaits approval, kept beside the ledger: an owner that lost everything takes it up again. */
import { TtExpError } from '../../contracts/errors.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import { ARTIFACT } from '../../contracts/names.ts';
import type { OpenQuestion, RegistryRequest } from '../../contracts/registry-owner.ts';
import { isObject } from '../../host/files/json-file.ts';
import type { LedgerReader, LedgerWriter } from '../ports.ts';
import { digestOfQuestion } from './digest.ts';

interface KeptQuestion {
  /** Last record when it was asked: a later one about its candidate has settled it. */
  readonly seq: number;
  readonly question: OpenQuestion;
}

/** In place of the one before, which the new one settles. */
export const keepQuestion = (
  tracking: Pick<LedgerWriter, 'putArtifactText'>,
  runId: string,
  kept: KeptQuestion,
): Promise<void> => {
  const text = JSON.stringify({ ...kept, digest: digestOfQuestion(kept) }, null, 2);
  return tracking.putArtifactText(runId, ARTIFACT.question, `${text}\n`);
};

/** The question, or what continues "question.json ". */
const parse = (text: string): KeptQuestion | string => {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || !isObject(value.question) || typeof value.seq !== 'number') {
      return 'cannot be read';
    }
    const { digest, ...rest } = value;
    const kept = rest as unknown as KeptQuestion;
    return digest === digestOfQuestion(kept) ? kept : 'was edited: its digest is another one';
  } catch (error) {
    if (error instanceof SyntaxError) {
      return 'cannot be read';
    }
    throw error;
  }
};

const named = (runId: string, problem: string): string =>
  `${ARTIFACT.question} of the ledger, MLflow run ${runId}, ${problem}`;

/** What is wrong with the question that is kept, in a sentence; null: nothing, or none is kept. */
export const questionProblem = async (
  tracking: Pick<LedgerReader, 'getArtifactText'>,
  runId: string,
): Promise<string | null> => {
  const text = await tracking.getArtifactText(runId, ARTIFACT.question);
  const kept = text === null ? null : parse(text);
  return typeof kept === 'string' ? named(runId, kept) : null;
};

/**
 * null where nothing awaits approval. The model may have another name by now than when it was asked. Throws LEDGER_BROKEN.
 * @param change that is being carried out: what an earlier attempt of it has recorded settles nothing yet
 */
export const readQuestion = async (
  tracking: Pick<LedgerReader, 'getArtifactText'>,
  runId: string,
  entries: readonly LedgerEntry[],
  { modelName, request: { request } }: { readonly modelName: string; readonly request: RegistryRequest },
): Promise<OpenQuestion | null> => {
  const text = await tracking.getArtifactText(runId, ARTIFACT.question);
  if (text === null) {
    return null;
  }
  const kept = parse(text);
  if (typeof kept === 'string') {
    throw new TtExpError('LEDGER_BROKEN', named(runId, kept), {
      hint: 'Restore the artifact from a backup; or delete it: the question that it holds is then forgotten.',
    });
  }
  const { seq, question } = kept;
  const isSettled = entries.some(
    (entry) => entry.seq > seq && entry.request !== request && [entry.from, entry.to].includes(question.candidate),
  );
  return isSettled ? null : { ...question, gate: { ...question.gate, model_name: modelName } };
};
