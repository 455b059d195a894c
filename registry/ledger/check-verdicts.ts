/** Whether the verdicts that records rest on are still those in MLflow. */
import { TtExpError } from '../../contracts/errors.ts';
import type { GateVerdict } from '../../contracts/gate.ts';
import { isObject } from '../../contracts/is-object.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import { ARTIFACT } from '../../contracts/names.ts';
import { isRecordedNote } from '../../policy/gate/rules/recorded-note.ts';
import { beforeAnswer } from '../../policy/registry/settle-question.ts';
import type { LedgerReader } from '../ports.ts';
import { digestOfVerdict } from './digest.ts';

type Artifacts = Pick<LedgerReader, 'getArtifactText'>;

type VerdictState = 'intact' | 'was changed: its digest is another one' | 'cannot be read';

/**
 * As it is; where the question about it has been answered since, as it was before the answer; where an unchanged experiment
 * has come to it again, without the note of that.
 */
const isVerdict = (value: unknown, digest: string): boolean => {
  if (!isObject(value) || !Array.isArray(value.reasons)) {
    return false;
  }
  const verdict = value as unknown as GateVerdict;
  const first = { ...verdict, reasons: verdict.reasons.filter((reason) => !isRecordedNote(reason)) };
  return [verdict, beforeAnswer(verdict), first].some((one) => digestOfVerdict(one) === digest);
};

/** Whether a `gate.json` is what a record rests on; other words than `intact` continue its name. */
export const verdictState = (text: string, digest: string): VerdictState => {
  try {
    return isVerdict(JSON.parse(text), digest) ? 'intact' : 'was changed: its digest is another one';
  } catch (error) {
    if (error instanceof SyntaxError) {
      return 'cannot be read';
    }
    throw error;
  }
};

/** Continues "gate.json of run X "; null: it is the one. */
const problemOf = async (tracking: Artifacts, runId: string, digest: string): Promise<string | null> => {
  try {
    const text = await tracking.getArtifactText(runId, ARTIFACT.gate);
    if (text === null) {
      return 'is missing';
    }
    const state = verdictState(text, digest);
    return state === 'intact' ? null : state;
  } catch (error) {
    if (error instanceof TtExpError && error.details.errorCode === 'RESOURCE_DOES_NOT_EXIST') {
      return 'is gone with the run, which was deleted for good';
    }
    throw error;
  }
};

/** A sentence for each one that is not. Of a run's verdict the last record that names it tells. */
export const changedVerdicts = async (
  tracking: Artifacts,
  entries: readonly LedgerEntry[],
): Promise<readonly string[]> => {
  const last = new Map<string, { readonly seq: number; readonly digest: string }>();
  for (const { seq, evidence } of entries) {
    if (evidence.verdict_run_id !== undefined && evidence.verdict_digest !== undefined) {
      last.set(evidence.verdict_run_id, { seq, digest: evidence.verdict_digest });
    }
  }
  const problems: string[] = [];
  for (const [runId, { seq, digest }] of last) {
    const problem = await problemOf(tracking, runId, digest);
    if (problem !== null) {
      problems.push(`${ARTIFACT.gate} of run ${runId}, which record ${seq} rests on, ${problem}`);
    }
  }
  return problems;
};
