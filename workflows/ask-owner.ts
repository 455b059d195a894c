/**
 * Asks the owner of a registered model from another workflow: a signal there and a signal back, so that no step waits in
 * a slot for another step. Asked again with the same request id, the owner does nothing twice.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { RegisteredModel } from '../contracts/experiment.ts';
import { registryWorkflowId } from '../contracts/ids.ts';
import type {
  LookRequest,
  OwnerAnswer,
  OwnerQuestion,
  OwnerReply,
  RegisterRequest,
  RegistryAnswer,
  RegistryRequest,
} from '../contracts/registry-owner.ts';
import type { RegisterModelRequest } from '../contracts/steps.ts';
import type { LookTaken, WantedLook } from '../contracts/test-part-looks.ts';
import { failureOf } from './failures.ts';
import { askSignal } from './messages.ts';
import type { registry } from './registry.ts';

/** Replies that have come, by request id: filled by the handler of the signal `reply`. */
export type Replies = Map<string, OwnerReply['outcome']>;

/** An owner that was terminated with the request still open is started and asked again after this long. */
const ASK_AGAIN_AFTER = '1 minute';

const start = async (modelName: string): Promise<void> => {
  try {
    await startChild<typeof registry>('registry', {
      workflowId: registryWorkflowId(modelName),
      args: [{ modelName }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Owner of the registered model ${modelName}`,
    });
  } catch (error) {
    // Another experiment has started it at this moment.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) {
      throw error;
    }
  }
};

const signal = async (modelName: string, question: OwnerQuestion): Promise<void> => {
  const owner = getExternalWorkflowHandle(registryWorkflowId(modelName));
  try {
    await owner.signal(askSignal, question);
  } catch {
    // The server says only that there is none. A second refusal is a failure.
    await start(modelName);
    await owner.signal(askSignal, question);
  }
};

/** Once asked, it is done whatever becomes of who asked: so a cancelled experiment still hears how it ended. */
const ask = (modelName: string, replies: Replies, asked: OwnerQuestion['asked']): Promise<OwnerAnswer> =>
  CancellationScope.nonCancellable(async () => {
    const { request } = asked;
    do {
      await signal(modelName, { asked, replyTo: workflowInfo().workflowId });
    } while (!(await condition(() => replies.has(request), ASK_AGAIN_AFTER)));
    const outcome = replies.get(request);
    if (outcome?.kind !== 'answered') {
      throw failureOf(outcome?.error ?? { code: 'INTERNAL', message: 'no reply' });
    }
    return outcome.answer;
  });

const otherAnswer = (modelName: string) =>
  failureOf({ code: 'INTERNAL', message: `the owner of ${modelName} answered another request` });

export const askOwner = async (
  modelName: string,
  replies: Replies,
  request: RegistryRequest,
): Promise<RegistryAnswer> => {
  const answer = await ask(modelName, replies, request);
  if (answer.kind === 'registered' || answer.kind === 'looked') {
    throw otherAnswer(modelName);
  }
  return answer;
};

export const registerVersion = async (
  replies: Replies,
  request: string,
  model: RegisterModelRequest,
): Promise<RegisteredModel> => {
  const asked: RegisterRequest = { kind: 'register', request, model };
  const answer = await ask(model.modelName, replies, asked);
  if (answer.kind !== 'registered') {
    throw otherAnswer(model.modelName);
  }
  return answer.model;
};

/** Each request is a look of its own only where it asks about another candidate or champion than one before it. */
export const takeLookAt = async (
  modelName: string,
  replies: Replies,
  request: string,
  look: WantedLook,
): Promise<LookTaken> => {
  const asked: LookRequest = { kind: 'look', request, look };
  const answer = await ask(modelName, replies, asked);
  if (answer.kind !== 'looked') {
    throw otherAnswer(modelName);
  }
  return answer.taken;
};
