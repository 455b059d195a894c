/** Asks the owners of registered models: the one way to move an alias. */
import { randomUUID } from 'node:crypto';
import {
  ApplicationFailure,
  type Client,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type WorkflowUpdateHandle,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { isErrorCode, TtExpError } from '../contracts/errors.ts';
import { registryWorkflowId } from '../contracts/ids.ts';
import { TASK_QUEUE } from '../contracts/names.ts';
import type { ApprovalAnswer, ApprovalResult, RegistryAnswer, RegistryRequest } from '../contracts/registry-owner.ts';
import type { RegistryView } from '../workflows/messages.ts';
import type { registry } from '../workflows/registry.ts';

export type DoneAnswer = Extract<RegistryAnswer, { readonly kind: 'done' }>;

export interface RegistryClient {
  /**
   * Starts the model's owner if need be, and answers once the move is recorded and made. With the same request id it is
   * done once. Throws MOVE_REFUSED, LEDGER_BROKEN; TIMED_OUT where no worker takes it.
   */
  ask(modelName: string, request: RegistryRequest): Promise<DoneAnswer>;
  /** May take as long as an evaluation, where the champion has changed since. Throws as `ask`. */
  decide(modelName: string, answer: ApprovalAnswer): Promise<ApprovalResult>;
  /** What the owner knows by now; null where nobody has asked it yet. */
  view(modelName: string): Promise<RegistryView | null>;
}

/** A worker that is there takes a request in a fraction of it. */
export const ACCEPT_LIMIT_MS = 30_000;

/** For one that a person makes: another one each time. */
export const newRequestId = (user: string, kind: string): string => `${user}/${kind}/${randomUUID()}`;

const named = (version: string | null): string => (version === null ? 'no version' : `version ${version}`);

export const moveRefusal = (modelName: string, answer: Exclude<RegistryAnswer, DoneAnswer>): TtExpError =>
  answer.kind === 'refused'
    ? new TtExpError('MOVE_REFUSED', `model ${modelName}: ${answer.reason}`, { hint: answer.hint })
    : new TtExpError('MOVE_REFUSED', `model ${modelName}: ${named(answer.champion)} is champion by now`, {
        hint: 'Look at the champion of now, and ask again.',
      });

/** What an update of a model's workflow failed with. */
export const explainUpdate = (modelName: string, error: unknown): unknown => {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new TtExpError(
      'TIMED_OUT',
      `model ${modelName}: no worker has taken the request for ${ACCEPT_LIMIT_MS / 1000} s`,
      {
        hint: 'See with `tt-exp status` whether a tt-cpu worker runs.',
        cause: error,
      },
    );
  }
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || !isErrorCode(cause.type)) {
    return error;
  }
  const [detail] = (cause.details ?? []) as readonly { readonly hint?: string | null }[];
  return new TtExpError(cause.type, `model ${modelName}: ${cause.message}`, {
    ...(typeof detail?.hint === 'string' ? { hint: detail.hint } : {}),
    cause: error,
  });
};

export const createRegistryClient = (client: Client): RegistryClient => {
  const handleOf = (modelName: string) => client.workflow.getHandle<typeof registry>(registryWorkflowId(modelName));

  /** Waits for the worker that takes it only so long, and for the result as long as it takes. */
  const update = async <Result>(
    modelName: string,
    start: () => Promise<WorkflowUpdateHandle<Result>>,
  ): Promise<Result> => {
    try {
      const accepted = await client.withDeadline(Date.now() + ACCEPT_LIMIT_MS, start);
      return await accepted.result();
    } catch (error) {
      throw explainUpdate(modelName, error);
    }
  };

  const ownerOf = (modelName: string): WithStartWorkflowOperation<typeof registry> =>
    new WithStartWorkflowOperation<typeof registry>('registry', {
      workflowId: registryWorkflowId(modelName),
      workflowIdConflictPolicy: 'USE_EXISTING',
      taskQueue: TASK_QUEUE.cpu,
      args: [{ modelName }],
      staticSummary: `Owner of the registered model ${modelName}`,
    });

  const ask: RegistryClient['ask'] = async (modelName, request) => {
    const answer = await update(modelName, () =>
      client.workflow.startUpdateWithStart<typeof registry, RegistryAnswer, [RegistryRequest]>(request.kind, {
        args: [request],
        updateId: request.request,
        waitForStage: 'ACCEPTED',
        startWorkflowOperation: ownerOf(modelName),
      }),
    );
    if (answer.kind !== 'done') {
      throw moveRefusal(modelName, answer);
    }
    return answer;
  };

  return {
    ask,

    // An owner that was lost is started: it finds its question beside the ledger.
    decide: (modelName, answer) =>
      update(modelName, () =>
        client.workflow.startUpdateWithStart<typeof registry, ApprovalResult, [ApprovalAnswer]>('decide', {
          args: [answer],
          updateId: answer.request,
          waitForStage: 'ACCEPTED',
          startWorkflowOperation: ownerOf(modelName),
        }),
      ),

    view: async (modelName) => {
      try {
        return await handleOf(modelName).query<RegistryView, []>('registry');
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) {
          return null;
        }
        throw error;
      }
    },
  };
};
