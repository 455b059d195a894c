/** The candidate beside the champion of now, and what the gate makes of it. */
import type { DecidedVerdict } from '../contracts/gate.ts';
import type { ApprovalQuestion } from '../contracts/registry-owner.ts';
import type { EvaluateBestRequest, EvaluateBestResult } from '../contracts/steps.ts';
import { decideGate } from '../policy/gate/decide-gate.ts';
import { evidenceOf } from '../policy/gate/gate-evidence.ts';
import { comparisonSettings } from '../policy/gate/gate-settings.ts';
import { evaluateBest } from './steps.ts';

/** What it takes to evaluate a candidate again, days later if need be. */
export type JudgedCandidate = Pick<
  ApprovalQuestion,
  'runId' | 'replicateRunIds' | 'datasetVersion' | 'relevanceThreshold' | 'seed' | 'gate'
>;

export const evaluateCandidate = (
  { gate, ...candidate }: JudgedCandidate,
  standIn?: EvaluateBestRequest['standIn'],
): Promise<EvaluateBestResult> => {
  const { runId, replicateRunIds = [], datasetVersion, relevanceThreshold, seed } = candidate;
  return evaluateBest({
    ...{ runId, datasetVersion, relevanceThreshold, seed },
    ...(replicateRunIds.length === 0 ? {} : { replicateRunIds }),
    ...{ modelName: gate.model_name, confidence: gate.confidence, timestampMs: Date.now() },
    ...comparisonSettings(gate),
    ...(standIn === undefined ? {} : { standIn }),
  });
};

export const decideOn = (
  { gate, runId }: Pick<JudgedCandidate, 'gate' | 'runId'>,
  version: string,
  evaluated: EvaluateBestResult,
): DecidedVerdict => decideGate(gate, evidenceOf({ version, run_id: runId }, evaluated));
