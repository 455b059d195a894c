/**
 * The owner of a registered model, and the only writer of its aliases: one request at a time, each one a durable step.
 * What it knows is small and follows from the ledger and what is kept beside it.
 */
import { allHandlersFinished, log } from '@temporalio/workflow';
import type { KnownLedger } from '../activities/index.ts';
import type { DecidedVerdict } from '../contracts/gate.ts';
import { OWNER_ACTOR } from '../contracts/ledger.ts';
import type {
  OpenQuestion,
  OwnerAnswer,
  OwnerQuestion,
  RegistryAnswer,
  RegistryRequest,
} from '../contracts/registry-owner.ts';
import type { LookTaken, WantedLook } from '../contracts/test-part-looks.ts';
import { describeAdopted } from '../policy/registry/moves-by-hand.ts';
import { describeLost, settledBy, supersededReason } from '../policy/registry/settle-question.ts';
import { tryToClose } from './closing.ts';
import { startJudging } from './judge-by-hand.ts';
import { changeRegistry, notify, recordVerdict, registerModel, takeLook } from './steps.ts';

interface KnownAnswer {
  readonly request: string;
  readonly answer: OwnerAnswer;
}

/** All that an execution hands to the next. Absent: of an owner that knows nothing yet. */
export interface RegistryInput {
  readonly modelName: string;
  readonly known?: KnownLedger | null;
  readonly question?: OpenQuestion | null;
  /** To the last requests. */
  readonly answers?: readonly KnownAnswer[];
}

const KEPT_ANSWERS = 50;

export class RegistryOwner {
  readonly modelName: string;
  #question: OpenQuestion | null;
  #known: KnownLedger | null;
  #answers: readonly KnownAnswer[];
  readonly #running = new Map<string, Promise<OwnerAnswer>>();
  #lastTurn: Promise<unknown> = Promise.resolve();
  #turns = 0;
  #hasChanged = false;
  #problem: string | null = null;
  #lostQuestion: string | null = null;
  /** What the answer that is being carried out waits for; null: nothing long. */
  doing: string | null = null;

  constructor({ modelName, known = null, question = null, answers = [] }: RegistryInput) {
    this.modelName = modelName;
    this.#question = question;
    this.#known = known;
    this.#answers = answers;
  }

  /** That waits for a person. */
  get question(): OpenQuestion | null {
    return this.#question;
  }

  get state(): Required<RegistryInput> {
    return { modelName: this.modelName, question: this.#question, known: this.#known, answers: this.#answers };
  }

  /** It has not looked at the ledger yet, so a question that was lost with an earlier owner may be open all the same. */
  get isUninformed(): boolean {
    return this.#known === null && this.#question === null;
  }

  /** That the question which somebody means to answer is kept nowhere any more; null: nothing is known of such a one. */
  get lostQuestion(): string | null {
    return this.#lostQuestion;
  }

  /** Something was done, and nobody waits for anything. */
  get isDone(): boolean {
    return this.#hasChanged && this.#turns === 0 && allHandlersFinished();
  }

  /** What the last question to be settled left undone; null: nothing. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The answer that was given, the one that is being worked on, or a new one. Rejects where a step fails for good. */
  async ask(asked: OwnerQuestion['asked']): Promise<OwnerAnswer> {
    const { request } = asked;
    const known = this.#answers.find((one) => one.request === request);
    if (known !== undefined) {
      return known.answer;
    }
    const running = this.#running.get(request) ?? this.#inTurn(() => this.#answer(asked));
    this.#running.set(request, running);
    try {
      return await running;
    } finally {
      this.#running.delete(request);
    }
  }

  /** For a candidate that the owner itself evaluates again. */
  look(wanted: WantedLook): Promise<LookTaken> {
    return this.#inTurn(() => this.#look(wanted));
  }

  /** Carries out the answer to the question. Refused where the question has been settled since. */
  settle(question: OpenQuestion, request: RegistryRequest, verdict: DecidedVerdict): Promise<RegistryAnswer> {
    return this.#inTurn(async () => {
      if (this.#question !== question) {
        const reason = `The question about version ${question.candidate} has been settled meanwhile.`;
        return { kind: 'refused', reason, hint: 'See `tt-exp models history` for what became of it.' };
      }
      const answer = await this.#change(request);
      if (answer.kind === 'done') {
        await this.#close(question, verdict);
      } else if (answer.kind === 'refused' && answer.isGone === true) {
        // Nobody can answer it here: a model that was renamed has it beside its ledger, under its new name.
        this.#question = null;
      }
      return answer;
    });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#turns += 1;
    const turn = this.#lastTurn.then(work, work).finally(() => {
      this.#turns -= 1;
    });
    // A turn that failed is told to whoever waits for it.
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async #answer(asked: OwnerQuestion['asked']): Promise<OwnerAnswer> {
    const answer = await this.#carryOut(asked);
    // A look that found nothing is nothing to carry on.
    if (answer.kind !== 'done' || answer.entry !== null || asked.kind !== 'reconcile') {
      this.#hasChanged = true;
      this.#answers = [...this.#answers, { request: asked.request, answer }].slice(-KEPT_ANSWERS);
    }
    return answer;
  }

  async #carryOut(asked: OwnerQuestion['asked']): Promise<OwnerAnswer> {
    switch (asked.kind) {
      case 'register':
        return { kind: 'registered', model: await registerModel(asked.model) };
      case 'look':
        return { kind: 'looked', taken: await this.#look(asked.look) };
      default:
        return this.#settling(asked);
    }
  }

  #look(wanted: WantedLook): Promise<LookTaken> {
    return takeLook({ ...wanted, modelName: this.modelName, at: new Date(Date.now()).toISOString() });
  }

  async #change(request: RegistryRequest): Promise<RegistryAnswer> {
    const changed = await changeRegistry({
      ...{ modelName: this.modelName, request, known: this.#known, question: this.#question },
      at: new Date(Date.now()).toISOString(),
    });
    this.#known = changed.known;
    if (changed.isOtherModel === true && this.#question !== null) {
      log.warn(describeLost(this.modelName, this.#question));
      this.#question = null;
    }
    // It was lost with Temporal's database, or with an owner that was terminated.
    this.#question ??= changed.question ?? null;
    // What is done settles it; a look does not.
    this.#lostQuestion = changed.lostQuestion ?? (request.kind === 'reconcile' ? this.#lostQuestion : null);
    this.#hasChanged ||= request.kind !== 'reconcile';
    for (const one of changed.adopted ?? []) {
      log.warn(describeAdopted(this.modelName, one));
      await startJudging(this.modelName, one);
    }
    return changed.answer;
  }

  /** With what the change makes of the question that is open. */
  async #settling(request: RegistryRequest): Promise<RegistryAnswer> {
    const answer = await this.#change(request);
    const question = this.#question;
    if (answer.kind !== 'done') {
      return answer;
    }
    const { champion, challenger } = answer.aliases;
    if (question !== null) {
      const verdict = settledBy(question, request, champion);
      if (verdict !== null) {
        await this.#supersede(question, request);
        await this.#close(question, verdict);
      }
    }
    if (request.kind === 'challenge' && request.question !== undefined && challenger === request.candidate) {
      this.#question = { ...request.question, candidate: request.candidate };
    }
    return answer;
  }

  /** An older question is a rejection: the ledger says so. */
  async #supersede({ candidate, runId, experimentId }: OpenQuestion, request: RegistryRequest): Promise<void> {
    if (request.kind === 'challenge' && request.candidate !== candidate) {
      await this.#change({
        ...{ kind: 'reject', candidate, request: `${request.request}/supersedes/${candidate}`, actor: OWNER_ACTOR },
        reason: supersededReason(request.candidate),
        evidence: { run_id: runId, experiment_id: experimentId },
      });
    }
  }

  /** What the runs say of it is brought up to date, and whoever wants to hear of it is told. */
  async #close(question: OpenQuestion, verdict: DecidedVerdict): Promise<void> {
    const { parentRunId, runId, notify: request } = question;
    this.#question = null;
    this.#problem = await tryToClose("The gate's verdict is not in MLflow", () =>
      recordVerdict({ parentRunId, runId, verdict, modelName: this.modelName, timestampMs: Date.now() }),
    );
    if (request !== null) {
      const { decision, reasons } = verdict;
      const notification = { ...request.notification, gate: { decision, reasons } };
      const problem = await tryToClose('Nobody was notified', async () => {
        await notify({ ...request, notification });
      });
      this.#problem ??= problem;
    }
  }
}
