/**
 * What the gate would have said of a version that was made champion by hand, as a tag of the version. It moves nothing,
 * and is no look at the test part: nobody's promotion rests on it.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { isCancellation, ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { byHandWorkflowId } from '../contracts/ids.ts';
import type { AdoptedVersion } from '../contracts/registry-owner.ts';
import { decideGate } from '../policy/gate/decide-gate.ts';
import { alsoArchived, alsoLeftOut, describeByHand, notEvaluated } from '../policy/gate/describe-by-hand.ts';
import { evidenceOf } from '../policy/gate/gate-evidence.ts';
import { comparisonSettings } from '../policy/gate/gate-settings.ts';
import { toRecord } from './failures.ts';
import { evaluateBest, noteByHand, readAdopted } from './steps.ts';

type Archived = Required<AdoptedVersion>['archived'];

export interface JudgeByHandInput {
  readonly modelName: string;
  readonly version: string;
  /** Champion before it; null: there was none. */
  readonly against: string | null;
  readonly archived?: Archived;
}

const judge = async ({ modelName, version, against }: JudgeByHandInput): Promise<string> => {
  const adopted = await readAdopted({ modelName, version, against });
  if (adopted.kind === 'none') {
    return notEvaluated(adopted.reason);
  }
  const { runId, datasetVersion, settings } = adopted;
  const { gate, relevanceThreshold, seed } = settings;
  const evaluated = await evaluateBest({
    ...{ runId, datasetVersion, modelName, against, relevanceThreshold, seed },
    ...{ confidence: gate.confidence, timestampMs: Date.now() },
    ...comparisonSettings(gate),
  });
  const verdict = decideGate(gate, evidenceOf({ version, run_id: runId }, evaluated));
  return `${describeByHand(verdict)}${alsoLeftOut(settings, verdict)}`;
};

export async function judgeByHand(input: JudgeByHandInput): Promise<void> {
  const { modelName, version, archived } = input;
  let text: string;
  try {
    text = await judge(input);
  } catch (error) {
    if (isCancellation(error)) {
      throw error;
    }
    text = notEvaluated(toRecord(error).message);
  }
  await noteByHand({ modelName, version, text: `${text}${alsoArchived(archived ?? null)}` });
}

/** Each record is judged once, by a workflow of its own: nobody waits for it. */
export const startJudging = async (
  modelName: string,
  { ledgerRunId, seq, version, from, archived }: AdoptedVersion,
): Promise<void> => {
  try {
    await startChild<typeof judgeByHand>('judgeByHand', {
      workflowId: byHandWorkflowId(modelName, ledgerRunId, seq),
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      args: [{ modelName, version, against: from, ...(archived !== undefined && { archived }) }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Gate on version ${version} of ${modelName}, which was made champion by hand`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) {
      throw error;
    }
  }
};
