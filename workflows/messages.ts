/** Queries, signals and updates of the workflows. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ExperimentSnapshot } from '../contracts/experiment.ts';

export const snapshotQuery = defineQuery<ExperimentSnapshot>('snapshot');

export interface ApprovalDecision {
  readonly isApproved: boolean;
  readonly by: string;
  readonly reason: string;
}

/** Answers `require_approval`; rejected by the validator while nothing awaits approval. */
export const decideApprovalUpdate = defineUpdate<void, [ApprovalDecision]>('decideApproval');

/** No trial begins or goes on; running ones end their epoch and give their slots back. Idempotent. */
export const pauseSignal = defineSignal('pause');
/** Idempotent. */
export const resumeSignal = defineSignal('resume');

/** Most trials at once from now on; running ones beyond it go on to their next rung. */
export const setMaxParallelUpdate = defineUpdate<void, [{ readonly maxParallel: number }]>('setMaxParallel');

/** One trial ends as cancelled, after its running epoch. Rejected for a trial that has ended or is not known. */
export const cancelTrialUpdate = defineUpdate<void, [{ readonly trialId: string }]>('cancelTrial');

/** Tries every failed trial again; answers their ids. Rejected where none has failed. */
export const retryFailedUpdate = defineUpdate<readonly string[], []>('retryFailed');

/** To a trial: end the training after the epoch that is running; what there is then stays. */
export const stopSignal = defineSignal('stop');
