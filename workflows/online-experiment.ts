/**
 * An experiment online of one registered model, from the alias `challenger` to its end. Servers know it by its definition
 * file; the champion is moved by the model's owner. The definition goes before the aliases move, so that no server takes
 * the end for a breach.
 */
import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  log,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  MeasuredOnline,
  OnlineEnd,
  OnlineExperimentInput,
  OnlineOutcome,
  OnlineSnapshot,
  OnlineStop,
} from '../contracts/online-steps.ts';
import type { RegistryAnswer, RegistryRequest } from '../contracts/registry-owner.ts';
import { describeChampion } from '../policy/online/describe-champion.ts';
import { onlineEvidence } from '../policy/online/ledger-evidence.ts';
import { lookIntervalMs, tooLateMs } from '../policy/online/look-interval.ts';
import { askOwner, type Replies } from './ask-owner.ts';
import { failureOf, toRecord } from './failures.ts';
import { onlineQuery, replySignal, stopOnlineUpdate } from './messages.ts';
import { closeOnline, defineOnline, measureOnline, measureOnlineAtEnd } from './steps.ts';

interface Verdict {
  readonly end: Exclude<OnlineEnd, 'refused'>;
  readonly reason: string;
  readonly actor: string;
}

class OnlineRun {
  readonly #input: OnlineExperimentInput;
  readonly #replies: Replies = new Map();
  #phase: OnlineSnapshot['phase'];
  #measured: MeasuredOnline | null;
  #problem: string | null;
  #stop: OnlineStop | null;

  constructor(input: OnlineExperimentInput) {
    this.#input = input;
    this.#phase = input.continued === undefined ? 'beginning' : 'running';
    this.#measured = input.continued?.measured ?? null;
    this.#problem = input.continued?.problem ?? null;
    this.#stop = input.continued?.stop ?? null;
    setHandler(replySignal, ({ request, outcome }) => {
      this.#replies.set(request, outcome);
    });
    setHandler(onlineQuery, () => this.#snapshot());
    setHandler(
      stopOnlineUpdate,
      (stop) => {
        this.#stop ??= stop;
      },
      {
        validator: (_: OnlineStop) => {
          if (this.#phase === 'ending') {
            throw failureOf({ code: 'MOVE_REFUSED', message: 'The experiment is ending already.' });
          }
        },
      },
    );
  }

  #snapshot(): OnlineSnapshot {
    const { experiment, settings, on_win } = this.#input;
    return {
      ...{ experiment, settings, on_win, phase: this.#phase },
      ...{ measured: this.#measured, problem: this.#problem },
    };
  }

  async run(): Promise<OnlineOutcome> {
    let verdict: Verdict;
    try {
      const refusal = this.#input.continued === undefined ? await this.#begin() : null;
      if (refusal !== null) {
        return refusal;
      }
      this.#phase = 'running';
      verdict = await this.#watch();
    } catch (error) {
      if (!isCancellation(error)) {
        throw error;
      }
      verdict = { end: 'stopped', reason: 'cancelled on request', actor: this.#input.actor };
    }
    this.#phase = 'ending';
    return CancellationScope.nonCancellable(async () => this.#end(await this.#measuredAtEnd(verdict)));
  }

  /** Every other end rests on a measurement of just before, or on that there can be none. */
  async #measuredAtEnd(verdict: Verdict): Promise<Verdict> {
    const { experiment, settings } = this.#input;
    if (verdict.end !== 'stopped' || !patched('measured-at-end')) {
      return verdict;
    }
    try {
      const { report, losses } = await measureOnlineAtEnd({ experiment, settings });
      this.#measured = { report, losses };
      return verdict;
    } catch (error) {
      const kept = this.#measured === null ? 'nothing was measured' : `the report is of ${this.#measured.report.at}`;
      const problem = toRecord(error).message;
      return { ...verdict, reason: `${verdict.reason} (it could not be measured at its end, ${kept}: ${problem})` };
    }
  }

  /** Null: servers know of it. */
  async #begin(): Promise<OnlineOutcome | null> {
    const { experiment, reason } = this.#input;
    const refused = (why: string, seq: number | null = null): OnlineOutcome => ({
      ...{ end: 'refused', reason: why, seq, measured: null },
    });
    const answer = await this.#ask('challenge', {
      ...{ kind: 'challenge', candidate: experiment.challenger.version, comparedWith: experiment.champion.version },
      reason: `experiment ${experiment.id}: ${reason}`,
    });
    if (answer.kind !== 'done') {
      return refused(whyNot(answer));
    }
    const problem = await this.#define();
    if (problem === null) {
      return null;
    }
    const cleared = await this.#clear(problem, this.#input.actor);
    return refused(problem, cleared.kind === 'done' ? (cleared.entry?.seq ?? null) : null);
  }

  async #define(): Promise<string | null> {
    const { experiment } = this.#input;
    try {
      const defined = await defineOnline(experiment);
      return defined.id === experiment.id
        ? null
        : `Experiment ${defined.id} of ${experiment.model} is defined already.`;
    } catch (error) {
      if (isCancellation(error)) {
        throw error;
      }
      return toRecord(error).message;
    }
  }

  /** Until there is a verdict, or a longer history would be kept than is good. */
  async #watch(): Promise<Verdict> {
    const { experiment, settings, actor } = this.#input;
    for (;;) {
      const isStopped = await condition(() => this.#stop !== null, lookIntervalMs(experiment));
      if (isStopped && this.#stop !== null) {
        const { by, reason } = this.#stop;
        return { end: 'stopped', reason: `stopped by ${by}: ${reason}`, actor: by };
      }
      const verdict = await this.#look();
      if (verdict !== null) {
        return { ...verdict, actor };
      }
      if (this.#problem !== null && Date.now() > tooLateMs(experiment, settings)) {
        return { end: 'void', reason: `it could not be measured: ${this.#problem}`, actor };
      }
      if (workflowInfo().continueAsNewSuggested && this.#stop === null) {
        await continueAsNew<typeof onlineExperiment>({
          ...this.#input,
          continued: { measured: this.#measured, problem: this.#problem, stop: this.#stop },
        });
      }
    }
  }

  async #look(): Promise<Pick<Verdict, 'end' | 'reason'> | null> {
    const { experiment, settings } = this.#input;
    try {
      const { broken, ...measured } = await measureOnline({ experiment, settings });
      this.#measured = measured;
      this.#problem = null;
      if (broken !== null) {
        return { end: 'void', reason: broken };
      }
    } catch (error) {
      if (isCancellation(error)) {
        throw error;
      }
      // Logs may come back, and nothing is decided without them.
      this.#problem = toRecord(error).message;
      return null;
    }
    const { decision, reason } = this.#measured.report;
    switch (decision) {
      case 'promote':
        return { end: this.#input.on_win === 'promote' ? 'promoted' : 'won', reason };
      case 'clear':
        return { end: 'cleared', reason };
      case 'invalid':
        return { end: 'invalid', reason };
      case 'continue':
        return null;
    }
  }

  async #end({ end, reason, actor }: Verdict): Promise<OnlineOutcome> {
    const { experiment } = this.#input;
    await this.#untilDone('the definition of the experiment', () =>
      closeOnline({ experiment, measured: this.#measured }),
    );
    const outcome = { end, reason, measured: this.#measured };
    if (end === 'won') {
      return { ...outcome, seq: null };
    }
    if (end === 'promoted') {
      const answer = await this.#untilDone('the promotion', () =>
        this.#ask('promote', {
          ...{ kind: 'promote', candidate: experiment.challenger.version, supersedes: false },
          ...{ comparedWith: experiment.champion.version, reason: `experiment ${experiment.id}: ${reason}` },
        }),
      );
      if (answer.kind === 'done') {
        return { ...outcome, seq: answer.entry?.seq ?? null };
      }
      const refused = `${reason} The promotion was refused: ${whyNot(answer)}`;
      return { ...outcome, ...(await this.#cleared(refused, actor)), end: 'void', reason: refused };
    }
    return { ...outcome, ...(await this.#cleared(reason, actor)) };
  }

  async #cleared(reason: string, actor: string): Promise<Pick<OnlineOutcome, 'seq' | 'reason'>> {
    const answer = await this.#clear(reason, actor);
    if (answer.kind === 'done') {
      const { version } = this.#input.experiment.challenger;
      return answer.entry === null
        ? { seq: null, reason: `${reason} (version ${version} is champion by now: the ledger has that move alone)` }
        : { seq: answer.entry.seq, reason };
    }
    return { seq: null, reason: `${reason} The challenger stays: ${whyNot(answer)}` };
  }

  #clear(reason: string, actor: string): Promise<RegistryAnswer> {
    const { experiment } = this.#input;
    return this.#untilDone('the alias challenger', () =>
      this.#ask(
        'clear',
        { kind: 'reject', candidate: experiment.challenger.version, reason: `experiment ${experiment.id}: ${reason}` },
        actor,
      ),
    );
  }

  /** What must not be left undone is tried as long as it takes; the query says what is wrong. */
  async #untilDone<Result>(what: string, step: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        const result = await step();
        this.#problem = null;
        return result;
      } catch (error) {
        this.#problem = `${what}: ${toRecord(error).message}`;
        log.warn('an experiment online cannot end yet', { what, error });
        await condition(() => false, '1 minute');
      }
    }
  }

  #ask(
    step: string,
    asked: DistributiveOmit<RegistryRequest, 'request' | 'actor' | 'evidence'>,
    actor = this.#input.actor,
  ): Promise<RegistryAnswer> {
    const { experiment } = this.#input;
    const online = onlineEvidence(this.#measured);
    const request = {
      ...asked,
      request: `${experiment.id}/${step}`,
      actor,
      evidence: {
        run_id: experiment.challenger.run_id,
        compared_with: experiment.champion.version,
        ...(online === null ? {} : { online }),
      },
    };
    return askOwner(experiment.model, this.#replies, request);
  }
}

type DistributiveOmit<Union, Keys extends PropertyKey> = Union extends unknown ? Omit<Union, Keys> : never;

const whyNot = (answer: Exclude<RegistryAnswer, { readonly kind: 'done' }>): string =>
  answer.kind === 'refused' ? answer.reason : describeChampion(answer.champion);

export async function onlineExperiment(input: OnlineExperimentInput): Promise<OnlineOutcome> {
  return new OnlineRun(input).run();
}
