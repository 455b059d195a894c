/** Runs trials as child workflows, at most `maxParallel` at once, until all ran or too many failed. */
import {
  CancellationScope,
  CancelledFailure,
  executeChild,
  ParentClosePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlannedTrial } from '../policy/trial-plan.ts';
import { type TrialInput, type TrialOutcome, trial } from './trial.ts';

export interface FanOut {
  readonly trials: readonly PlannedTrial[];
  readonly maxParallel: number;
  /** No further trial starts once this many have failed, or a tripwire has fired. */
  readonly maxFailures: number;
  readonly inputOf: (trial: PlannedTrial) => TrialInput;
  readonly onStart: (trialId: string) => void;
  readonly onEnd: (trialId: string, outcome: TrialOutcome) => void;
}

export const trialWorkflowId = (experimentWorkflowId: string, trialId: string): string =>
  `${experimentWorkflowId}/${trialId}`;

export const runTrials = async (fanOut: FanOut): Promise<void> => {
  const { workflowId } = workflowInfo();
  const scope = CancellationScope.current();
  const waiting = [...fanOut.trials];
  let failures = 0;
  let isDataRefused = false;
  const lane = async (): Promise<void> => {
    while (failures < fanOut.maxFailures && !isDataRefused && !scope.consideredCancelled) {
      const next = waiting.shift();
      if (next === undefined) {
        return;
      }
      const { trialId } = next;
      fanOut.onStart(trialId);
      const outcome = await executeChild(trial, {
        workflowId: trialWorkflowId(workflowId, trialId),
        args: [fanOut.inputOf(next)],
        parentClosePolicy: ParentClosePolicy.TERMINATE,
        cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      });
      failures += outcome.status === 'failed' ? 1 : 0;
      // All trials have the same data: each would fail by the same tripwire.
      isDataRefused ||= outcome.error?.code === 'PREFLIGHT_FAILED';
      fanOut.onEnd(trialId, outcome);
    }
  };
  const lanes = Math.min(fanOut.maxParallel, fanOut.trials.length);
  await Promise.all(Array.from({ length: lanes }, lane));
  if (scope.consideredCancelled) {
    throw new CancelledFailure('the experiment was cancelled');
  }
};
