/** Closes abandoned MLflow runs: their workflow ended without closing them, or is gone with its database. */

import { toErrorRecord } from '../contracts/errors.ts';
import { TAG } from '../contracts/names.ts';
import type { OpenRun, OpenRunsReport } from '../contracts/open-runs.ts';
import type { RunRecord } from '../contracts/runs.ts';
import { tryEach } from '../contracts/try-each.ts';
import type { WorkflowState } from './temporal-identity.ts';

export interface RunsPort {
  /** Of everything that the server keeps. */
  experimentIds(): Promise<readonly string[]>;
  /** Runs of workflows that have not ended. */
  findOpenRuns(experimentIds: readonly string[]): Promise<readonly RunRecord[]>;
  getRun(runId: string): Promise<RunRecord>;
  setTags(runId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  finishRun(runId: string, status: 'KILLED', endTimeMs: number): Promise<void>;
}

export interface ReconcileRequest {
  readonly tracking: RunsPort;
  readonly stateOf: (workflowId: string) => Promise<WorkflowState>;
  /** Of the Temporal database that `stateOf` asks; null where it is not known. */
  readonly temporalId: string | null;
  /** Databases that are gone for good. A run of any other one is left alone: it may only be out of reach. */
  readonly lost: readonly string[];
  /** false: only says what would be closed. */
  readonly isRepair: boolean;
  readonly now: () => number;
}

type Finding = { readonly kind: 'alive' } | { readonly kind: 'close' | 'leave'; readonly reason: string };

const judge = async (
  { tags }: RunRecord,
  { temporalId, lost, stateOf }: Pick<ReconcileRequest, 'temporalId' | 'lost' | 'stateOf'>,
): Promise<Finding> => {
  const workflowId = tags[TAG.workflowId] ?? '';
  const database = tags[TAG.temporal];
  if (database === undefined) {
    return { kind: 'leave', reason: 'it does not say which Temporal database it belongs to' };
  }
  const isLost = lost.includes(database);
  if (database !== temporalId && !isLost) {
    return {
      kind: 'leave',
      reason: `it belongs to another Temporal database (${database}), which may only be out of reach`,
    };
  }
  // Asked after the run was found: a workflow is there before its runs, so one that is missing is not about to begin.
  const state = await stateOf(workflowId);
  if (state === 'open') {
    return { kind: 'alive' };
  }
  const reason = isLost
    ? `its workflow ${workflowId} is gone with its Temporal database (${database})`
    : state === 'missing'
      ? `its workflow ${workflowId} does not exist in Temporal`
      : `its workflow ${workflowId} has ended without closing it`;
  return { kind: 'close', reason };
};

/** It may have been ended while the others were looked at. */
const close = async ({ tracking, now }: ReconcileRequest, runId: string, reason: string): Promise<boolean> => {
  if ((await tracking.getRun(runId)).status !== 'RUNNING') {
    return false;
  }
  await tryEach(
    () => tracking.setTags(runId, { [TAG.closedReason]: reason }),
    () => tracking.finishRun(runId, 'KILLED', now()),
  );
  return true;
};

/** Runs without a workflow (`tt-exp train`) are not looked at. Rejects where MLflow or Temporal does not answer. */
export const reconcileRuns = async (request: ReconcileRequest): Promise<OpenRunsReport> => {
  const { tracking, stateOf, isRepair } = request;
  const states = new Map<string, Promise<WorkflowState>>();
  const stateOnce = (workflowId: string): Promise<WorkflowState> => {
    const asked = states.get(workflowId) ?? stateOf(workflowId);
    states.set(workflowId, asked);
    return asked;
  };
  const abandoned: OpenRun[] = [];
  const left: OpenRun[] = [];
  for (const run of await tracking.findOpenRuns(await tracking.experimentIds())) {
    const finding = await judge(run, { ...request, stateOf: stateOnce });
    if (finding.kind === 'alive') {
      continue;
    }
    const { runId, tags } = run;
    const described = {
      ...{ runId, workflowId: tags[TAG.workflowId] ?? '', temporalId: tags[TAG.temporal] ?? null },
      ...{ name: tags['mlflow.runName'] ?? runId, reason: finding.reason },
    };
    if (finding.kind === 'leave') {
      left.push(described);
    } else if (!isRepair) {
      abandoned.push(described);
    } else {
      try {
        if (await close(request, runId, finding.reason)) {
          abandoned.push(described);
        }
      } catch (error) {
        left.push({ ...described, reason: `${finding.reason}, but MLflow refuses: ${toErrorRecord(error).message}` });
      }
    }
  }
  return { isRepaired: isRepair, abandoned, left };
};
