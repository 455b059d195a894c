/** Queries, signals and updates of the workflows. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ExperimentSnapshot } from '../contracts/experiment.ts';
import type { OnlineSnapshot, OnlineStop } from '../contracts/online-steps.ts';
import type {
  ApprovalAnswer,
  ApprovalResult,
  OpenQuestion,
  OwnerAnswer,
  OwnerQuestion,
  OwnerReply,
  RegistryRequest,
} from '../contracts/registry-owner.ts';
import type { Standing } from '../policy/registry/standing.ts';

export const snapshotQuery = defineQuery<ExperimentSnapshot>('snapshot');

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

/** To a workflow that has asked the owner of a registered model. */
export const replySignal = defineSignal<[OwnerReply]>('reply');

/** To the owner, from a workflow: answered by `reply`. */
export const askSignal = defineSignal<[OwnerQuestion]>('ask');

const requestUpdate = (kind: RegistryRequest['kind']) => defineUpdate<OwnerAnswer, [RegistryRequest]>(kind);

/** To the owner, from a program: each is named as the kind of its request. */
export const REQUEST_UPDATES = (['promote', 'reject', 'rollback', 'archive', 'challenge', 'reconcile'] as const).map(
  requestUpdate,
);

/** To the owner: a person's answer. Rejected by the validator where no such question is open. */
export const decideUpdate = defineUpdate<ApprovalResult, [ApprovalAnswer]>('decide');

export const onlineQuery = defineQuery<OnlineSnapshot>('online');

/** An experiment online ends without a verdict. The first reason counts. Rejected where it is ending already. */
export const stopOnlineUpdate = defineUpdate<void, [OnlineStop]>('stopOnline');

/** What the owner knows by now. */
export interface RegistryView {
  /** null before its first request. */
  readonly standing: Standing | null;
  readonly ledgerRunId: string | null;
  readonly question: OpenQuestion | null;
  /** What an answer that is being carried out waits for, in a sentence; null: nothing long. Absent: of an earlier version. */
  readonly doing?: string | null;
}

export const registryQuery = defineQuery<RegistryView>('registry');
