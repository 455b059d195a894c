/** Whether the verdicts that records rest on are still those in MLflow. */
import { TtExpError } from '../../contracts/errors.ts';
import type { GateVerdict } from '../../contracts/gate.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import { ARTIFACT } from '../../contracts/names.ts';
import { isObject } from '../../host/files/json-file.ts';
import { beforeAnswer } from '../../policy/registry/settle-question.ts';
import type { LedgerReader } from '../ports.ts';
import { digestOfVerdict } from './digest.ts';

type Artifacts = Pick<LedgerReader, 'getArtifactText'>;

/** As it is; or, where the question about it has been answered since, as it was before the answer. */
const isVerdict = (text: string, digest: string): boolean => {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || !Array.isArray(value.reasons)) {
    return false;
  }
  const verdict = value as unknown as GateVerdict;
  return [verdict, beforeAnswer(verdict)].some((one) => digestOfVerdict(one) === digest);
};

/** Continues "gate.json of run X "; null: it is the one. */
const problemOf = async (tracking: Artifacts, runId: string, digest: string): Promise<string | null> => {
  try {
    const text = await tracking.getArtifactText(runId, ARTIFACT.gate);
    if (text === null) {
      return 'is missing';
    }
    return isVerdict(text, digest) ? null : 'was changed: its digest is another one';
  } catch (error) {
    if (error instanceof SyntaxError) {
      return 'cannot be read';
    }
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
