/**
 * One workflow for each registered model, for as long as there is one: who changes the model asks it. Its id is that of
 * the model, so Temporal lets no second one run; it continues as new whenever nobody waits, so its history stays short
 * and a newer version of this code takes over between two requests.
 */
import { condition, continueAsNew, getExternalWorkflowHandle, log, setHandler } from '@temporalio/workflow';
import type { ApprovalAnswer, OwnerQuestion, OwnerReply } from '../contracts/registry-owner.ts';
import { type Refusal, whyNoAnswer, whyNoRequest } from '../policy/registry/check-request.ts';
import { answerQuestion, expire } from './approval.ts';
import { failureOf, toRecord } from './failures.ts';
import { askSignal, decideUpdate, REQUEST_UPDATES, registryQuery, replySignal } from './messages.ts';
import { type RegistryInput, RegistryOwner } from './registry-owner.ts';

/** Expiry that could not be carried out is tried again after this long. */
const EXPIRE_AGAIN_MS = 60_000;

const refuse = (refusal: Refusal | null): void => {
  if (refusal !== null) {
    throw failureOf({ code: 'MOVE_REFUSED', ...refusal });
  }
};

const saying = (message: string | null): Refusal | null => (message === null ? null : { message });

/** Updates fail with the failures of our catalogue. */
const failing = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    throw failureOf(toRecord(error));
  }
};

const outcomeOf = async (owner: RegistryOwner, asked: OwnerQuestion['asked']): Promise<OwnerReply['outcome']> => {
  try {
    return { kind: 'answered', answer: await owner.ask(asked) };
  } catch (error) {
    return { kind: 'failed', error: toRecord(error) };
  }
};

/** An owner that is new may have lost a question with the one before it: the ledger tells. */
const lookFirst = async (owner: RegistryOwner, { request, by: actor, reason }: ApprovalAnswer): Promise<void> => {
  const asked = { kind: 'reconcile', request: `${request}/look`, actor, reason, evidence: {} } as const;
  const answer = await owner.ask(asked);
  if (answer.kind === 'refused') {
    throw failureOf({ code: 'MOVE_REFUSED', message: answer.reason, hint: answer.hint });
  }
};

interface Deciding {
  isAnswered: boolean;
}

const whyNot = ({ question, lostQuestion, doing }: RegistryOwner, answer: ApprovalAnswer, { isAnswered }: Deciding) =>
  saying(question === null ? lostQuestion : null) ?? whyNoAnswer(question, answer, { isAnswered, doing });

const listen = (owner: RegistryOwner, deciding: Deciding): void => {
  setHandler(registryQuery, () => {
    const { known, question } = owner.state;
    return { standing: known?.standing ?? null, ledgerRunId: known?.runId ?? null, question, doing: owner.doing };
  });
  for (const update of REQUEST_UPDATES) {
    // What a request moves is decided by the step, which knows what was moved by hand since.
    setHandler(update, (request) => failing(() => owner.ask(request)), {
      validator: (request) => refuse(saying(whyNoRequest(request, update.name))),
    });
  }
  setHandler(
    decideUpdate,
    (answer) =>
      failing(async () => {
        if (owner.isUninformed) {
          await lookFirst(owner, answer);
        }
        refuse(whyNot(owner, answer, deciding));
        const { question } = owner;
        if (question === null) {
          throw failureOf({ code: 'MOVE_REFUSED', message: 'Nothing awaits approval.' });
        }
        deciding.isAnswered = true;
        try {
          return await answerQuestion(owner, question, answer);
        } finally {
          deciding.isAnswered = false;
        }
      }),
    {
      validator: (answer) => refuse(owner.isUninformed ? null : whyNot(owner, answer, deciding)),
    },
  );
  setHandler(askSignal, async ({ asked, replyTo }) => {
    const reply = { request: asked.request, outcome: await outcomeOf(owner, asked) };
    await getExternalWorkflowHandle(replyTo)
      .signal(replySignal, reply)
      .catch((error: unknown) => log.warn('whoever asked has ended before the answer', { replyTo, error }));
  });
};

export async function registry(input: RegistryInput): Promise<void> {
  const owner = new RegistryOwner(input);
  const deciding: Deciding = { isAnswered: false };
  listen(owner, deciding);
  let retryAtMs = 0;
  while (!owner.isDone) {
    const { question } = owner;
    const hasChanged = (): boolean => owner.isDone || owner.question !== question;
    if (question?.expiresAtMs == null) {
      await condition(hasChanged);
    } else if (!(await condition(hasChanged, Math.max(question.expiresAtMs, retryAtMs) - Date.now()))) {
      await condition(() => !deciding.isAnswered);
      if (owner.question === question) {
        retryAtMs = Date.now() + EXPIRE_AGAIN_MS;
        await expire(owner, question).catch((error: unknown) =>
          log.warn('nobody answered in time, and the candidate could not be rejected', { error }),
        );
      }
    }
  }
  await continueAsNew<typeof registry>(owner.state);
}
