/** The candidate beside the champion of now, and what the gate makes of it. */
import type { Blessing } from '../contracts/blessing.ts';
import type { DecidedVerdict } from '../contracts/gate.ts';
import type { ApprovalQuestion } from '../contracts/registry-owner.ts';
import type { EvaluateBestRequest, EvaluateBestResult } from '../contracts/steps.ts';
import type { Look, LookTaken, WantedLook } from '../contracts/test-part-looks.ts';
import { decideGate } from '../policy/gate/decide-gate.ts';
import { evidenceOf } from '../policy/gate/gate-evidence.ts';
import { comparisonSettings } from '../policy/gate/gate-settings.ts';
import { evaluateBest } from './steps.ts';

/** What it takes to evaluate a candidate again, days later if need be. */
export type JudgedCandidate = Pick<
  ApprovalQuestion,
  | 'parentRunId'
  | 'runId'
  | 'replicateRunIds'
  | 'leftOutReplicates'
  | 'testDigests'
  | 'training'
  | 'datasetVersion'
  | 'relevanceThreshold'
  | 'seed'
  | 'gate'
>;

export interface EvaluatedCandidate extends EvaluateBestResult {
  /** null where nothing was spent: there is no other champion. */
  readonly look: Look | null;
}

/** Counts a look, or finds the one that asked the same. */
export type TakeLook = (wanted: Omit<WantedLook, 'actor'>) => Promise<LookTaken>;

/** Beside a champion that has changed since the look, the confidence that it was given does not count: looked at anew. */
export const evaluateCandidate = async (
  { gate, ...candidate }: JudgedCandidate,
  take: TakeLook,
  standIn?: EvaluateBestRequest['standIn'],
): Promise<EvaluatedCandidate> => {
  const { runId, replicateRunIds = [], datasetVersion, relevanceThreshold, seed } = candidate;
  const replicates = replicateRunIds.length === 0 ? {} : { replicateRunIds };
  for (;;) {
    const { comparedWith, look } = await take({
      ...{ runId, ...replicates, datasetVersion, relevanceThreshold },
      statedConfidence: gate.confidence,
    });
    const evaluated = await evaluateBest({
      ...{ runId, ...replicates, datasetVersion, relevanceThreshold, seed },
      ...{ modelName: gate.model_name, timestampMs: Date.now() },
      confidence: look?.confidence ?? gate.confidence,
      ...comparisonSettings(gate),
      ...(standIn === undefined ? {} : { standIn }),
    });
    if (evaluated.comparedWith === comparedWith) {
      return { ...evaluated, look };
    }
  }
};

/** With what the candidate's run has of its last evaluation. */
export const withTestOf = <Tested extends Pick<EvaluateBestResult, 'testDigests'>>(
  tested: Tested,
  { testDigests }: Pick<EvaluateBestResult, 'testDigests'>,
): Tested => (testDigests === undefined ? tested : { ...tested, testDigests });

export const decideOn = (
  { gate, runId, leftOutReplicates = [] }: Pick<JudgedCandidate, 'gate' | 'runId' | 'leftOutReplicates'>,
  version: string,
  { look, ...evaluated }: EvaluatedCandidate,
  blessing: Blessing | null,
): DecidedVerdict =>
  decideGate(gate, { ...evidenceOf({ version, run_id: runId }, evaluated), look, leftOutReplicates, blessing });
