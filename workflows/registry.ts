/**
 * Changes of a registered model, one at a time. Temporal runs one workflow of an id at a time on all hosts together, so
 * the id `registryWorkflowId` is the lock: a turn that dies with its worker goes on at another one, still alone.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { CancellationScope, executeChild, ParentClosePolicy, sleep } from '@temporalio/workflow';
import type { RegisteredModel } from '../contracts/experiment.ts';
import { registryWorkflowId } from '../contracts/ids.ts';
import type { ApplyGateRequest, ApplyGateResult, RegisterModelRequest } from '../contracts/steps.ts';
import { applyGate, registerModel } from './steps.ts';

export async function registerVersion(request: RegisterModelRequest): Promise<RegisteredModel> {
  return registerModel(request);
}

export async function moveAliases(request: ApplyGateRequest): Promise<ApplyGateResult> {
  return applyGate(request);
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/**
 * Waits for its turn, then takes it. A turn that has begun is ended whatever becomes of its experiment, so that nobody
 * takes the next one while a step of this one still runs.
 */
const inTurn = async <Request extends { readonly modelName: string }, Result>(
  turn: (request: Request) => Promise<Result>,
  request: Request,
): Promise<Result> => {
  const options = {
    workflowId: registryWorkflowId(request.modelName),
    args: [request] as [Request],
    parentClosePolicy: ParentClosePolicy.ABANDON,
  };
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, 2 * waitMs)) {
    try {
      return (await CancellationScope.nonCancellable(() => executeChild(turn, options))) as Result;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) {
        throw error;
      }
    }
    await sleep(waitMs);
  }
};

export const registerInTurn = (request: RegisterModelRequest): Promise<RegisteredModel> =>
  inTurn(registerVersion, request);

export const moveAliasesInTurn = (request: ApplyGateRequest): Promise<ApplyGateResult> => inTurn(moveAliases, request);
