/** The question that awaits approval, kept beside the ledger: an owner that lost everything takes it up again. */
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import { ALIAS, ARTIFACT, TAG } from '../../contracts/names.ts';
import type { RegisteredModelRecord } from '../../contracts/registered-models.ts';
import type { OpenQuestion, RegistryRequest } from '../../contracts/registry-owner.ts';
import type { LedgerReader, LedgerWriter } from '../ports.ts';
import { digestOfQuestion } from './digest.ts';
import { headText, type Ledger } from './find-ledger.ts';

interface KeptQuestion {
  /** Last record when it was asked: a later one about its candidate has settled it. */
  readonly seq: number;
  readonly question: OpenQuestion;
}

/** In place of the one before, which the new one settles. The run says that there is one: its absence is then noticed. */
export const keepQuestion = async (
  tracking: Pick<LedgerWriter, 'putArtifactText' | 'setTags'>,
  runId: string,
  kept: KeptQuestion,
): Promise<void> => {
  const digest = digestOfQuestion(kept);
  const text = JSON.stringify({ ...kept, digest }, null, 2);
  await tracking.putArtifactText(runId, ARTIFACT.question, `${text}\n`);
  await tracking.setTags(runId, { [TAG.questionHead]: headText({ seq: kept.seq, digest }) });
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

/** A ledger, and the version that awaits approval by its alias. */
export interface AskedLedger extends Pick<Ledger, 'runId' | 'questionHead'> {
  readonly modelName: string;
  readonly entries: readonly LedgerEntry[];
  readonly challenger: string | null;
}

/**
 * That the open question is not kept any more, and what to do, in a sentence; null: it is kept, or none is open. One of a
 * version that had no tag for it may be lost as well; of that nothing is known.
 */
export const lostQuestion = async (
  tracking: Pick<LedgerReader, 'getArtifactText'>,
  { modelName, runId, questionHead: head, entries, challenger }: AskedLedger,
): Promise<string | null> => {
  const isAbout = ({ seq, from, to }: LedgerEntry): boolean =>
    seq > (head?.seq ?? 0) && (from === challenger || to === challenger);
  if (challenger === null || head === null || entries.some(isAbout)) {
    return null;
  }
  return (await tracking.getArtifactText(runId, ARTIFACT.question)) === null
    ? `Version ${challenger} awaits approval, and its question is gone (${named(runId, 'is missing')}): unless the model's owner in Temporal still has it, nobody can answer. Run its experiment again, which asks anew, or decide by hand: \`tt-exp models promote ${modelName}/${challenger} --reason …\`, or \`tt-exp models archive ${modelName}/${challenger} --reason …\`.`
    : null;
};

/** Decided after it was asked. */
const isSettled = (
  { seq, question: { candidate } }: KeptQuestion,
  entries: readonly Pick<LedgerEntry, 'seq' | 'from' | 'to'>[],
): boolean => entries.some((entry) => entry.seq > seq && [entry.from, entry.to].includes(candidate));

/**
 * That the version which an open question is about was deleted, and what to do, in a sentence; null: it is there, or none
 * is open. Its alias is gone with it, so the question alone tells; one that cannot be read is told by `questionProblem`.
 * @param versions that the model has
 */
export const deletedQuestion = async (
  tracking: Pick<LedgerReader, 'getArtifactText'>,
  { modelName, runId, questionHead, entries }: Omit<AskedLedger, 'challenger'>,
  versions: readonly string[],
): Promise<string | null> => {
  const text = questionHead === null ? null : await tracking.getArtifactText(runId, ARTIFACT.question);
  const kept = text === null ? null : parse(text);
  if (kept === null || typeof kept === 'string' || isSettled(kept, entries)) {
    return null;
  }
  const { candidate } = kept.question;
  return versions.includes(candidate)
    ? null
    : `Version ${candidate} awaited approval and was deleted, so nobody can approve it; its question stays open: \`tt-exp reject ${modelName} --reason …\` settles it.`;
};

/** What is wrong with the question that is kept, in a sentence; null: nothing, or none is open. */
export const questionProblem = async (
  tracking: Pick<LedgerReader, 'getArtifactText'>,
  ledger: AskedLedger,
): Promise<string | null> => {
  const { runId, questionHead: head } = ledger;
  const text = await tracking.getArtifactText(runId, ARTIFACT.question);
  if (text === null) {
    return lostQuestion(tracking, ledger);
  }
  const kept = parse(text);
  if (typeof kept === 'string') {
    return named(runId, kept);
  }
  const isOther = head !== null && kept.seq <= head.seq && digestOfQuestion(kept) !== head.digest;
  return isOther ? named(runId, 'is another one than was asked last') : null;
};

/** By its alias. */
export const challengerIn = ({ aliases }: Pick<RegisteredModelRecord, 'aliases'>): string | null =>
  aliases[ALIAS.challenger] ?? null;

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
      hint: 'Restore the artifact from a backup; or delete it: the question is then forgotten, and `tt-exp models promote` or `archive` of its version decides.',
    });
  }
  const { question } = kept;
  const others = entries.filter((entry) => entry.request !== request);
  return isSettled(kept, others) ? null : { ...question, gate: { ...question.gate, model_name: modelName } };
};
