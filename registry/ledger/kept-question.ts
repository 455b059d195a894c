/** The question that awaits approval, kept beside the ledger: an owner that lost everything takes it up again. */
import { TtExpError } from '../../contracts/errors.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import { ARTIFACT } from '../../contracts/names.ts';
import type { OpenQuestion, RegistryRequest } from '../../contracts/registry-owner.ts';
import { isObject } from '../../host/files/json-file.ts';
import type { LedgerReader, LedgerWriter } from '../ports.ts';

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
): Promise<void> => tracking.putArtifactText(runId, ARTIFACT.question, `${JSON.stringify(kept, null, 2)}\n`);

const parse = (text: string, runId: string): KeptQuestion => {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && isObject(value.question) && typeof value.seq === 'number') {
      return value as unknown as KeptQuestion;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw error;
    }
  }
  throw new TtExpError('LEDGER_BROKEN', `${ARTIFACT.question} of the ledger, MLflow run ${runId}, cannot be read`, {
    hint: 'Restore the artifact from a backup; or delete it: the question that it holds is then forgotten.',
  });
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
  const { seq, question } = parse(text, runId);
  const isSettled = entries.some(
    (entry) => entry.seq > seq && entry.request !== request && [entry.from, entry.to].includes(question.candidate),
  );
  return isSettled ? null : { ...question, gate: { ...question.gate, model_name: modelName } };
};
