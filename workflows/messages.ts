/** Queries and updates of the experiment workflow. */
import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { ExperimentSnapshot } from '../contracts/experiment.ts';

export const snapshotQuery = defineQuery<ExperimentSnapshot>('snapshot');

export interface ApprovalDecision {
  readonly isApproved: boolean;
  readonly by: string;
  readonly reason: string;
}

/** Answers `require_approval`; rejected by the validator while nothing awaits approval. */
export const decideApprovalUpdate = defineUpdate<void, [ApprovalDecision]>('decideApproval');
