/** A server is asked for what the candidate would serve, before its alias moves. */
import { isCancellation } from '@temporalio/workflow';
import type { Blessing } from '../contracts/blessing.ts';
import type { DecidedVerdict } from '../contracts/gate.ts';
import { notBlessed } from '../policy/serving/diagnose-blessing.ts';
import type { JudgedCandidate } from './evaluate-candidate.ts';
import { toRecord } from './failures.ts';
import { blessCandidate } from './steps.ts';

/** Of the schema. */
const DEFAULT_P99_MS = 250;

/** What cannot be measured after all tries is no blessing, and no failure of the experiment. Rejects where it is cancelled. */
export const bless = async (
  { runId, gate, datasetVersion, relevanceThreshold }: JudgedCandidate,
  { candidate }: DecidedVerdict,
): Promise<Blessing> => {
  const asked = {
    evaluatedNdcg: candidate.ndcg_at_10,
    p99BoundMs: gate.blessing_p99_ms ?? DEFAULT_P99_MS,
  };
  try {
    return await blessCandidate({
      ...{ runId, datasetVersion, relevanceThreshold, ...asked },
      ...{ modelName: gate.model_name, version: candidate.version, timestampMs: Date.now() },
    });
  } catch (error) {
    if (isCancellation(error)) {
      throw error;
    }
    const { code, message } = toRecord(error);
    return notBlessed(`${code}: ${message}`, { evaluated: asked.evaluatedNdcg, p99BoundMs: asked.p99BoundMs });
  }
};
