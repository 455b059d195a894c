/** Runs trials as child workflows, and stops them: after the running epoch, with what they have. */
import {
  CancellationScope,
  type ChildWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { LoggedTraining } from '../contracts/trial.ts';
import { tryToClose } from './closing.ts';
import { toRecord } from './failures.ts';
import { stopSignal } from './messages.ts';
import { closeTrial, openTrial } from './steps.ts';
import { failedEnding, type TrialInput, type TrialOutcome, trial } from './trial.ts';
import { trialWorkflowId } from './trial-book.ts';

interface InFlight {
  readonly scope: CancellationScope;
  handle: ChildWorkflowHandle<typeof trial> | null;
  isStopWanted: boolean;
}

/** The server refuses more than 400 bytes. */
const MOST_SUMMARY_CHARACTERS = 90;

const summaryOf = ({ trialId, params, epochBudget }: TrialInput): string => {
  const text = Object.entries(params).map(([key, value]) => `${key.replace(/^.*\./, '')} ${JSON.stringify(value)}`);
  return [...`${trialId} to epoch ${epochBudget}: ${text.join(', ')}`].slice(0, MOST_SUMMARY_CHARACTERS).join('');
};

export class TrialLauncher {
  readonly #inFlight = new Map<number, InFlight>();

  get running(): number {
    return this.#inFlight.size;
  }

  isRunning(index: number): boolean {
    return this.#inFlight.has(index);
  }

  /** `onEnd` is called once, with an outcome also where the child was lost. */
  launch(index: number, input: TrialInput, onEnd: (outcome: TrialOutcome) => void): void {
    const entry: InFlight = { scope: new CancellationScope(), handle: null, isStopWanted: false };
    this.#inFlight.set(index, entry);
    entry.scope
      .run(() => this.#follow(input, entry))
      .catch((error: unknown) => outcomeOfLost(input, error))
      .then((outcome) => {
        this.#inFlight.delete(index);
        onEnd(outcome);
      });
  }

  /** Its run is closed as cancelled. */
  cancel(index: number): void {
    this.#inFlight.get(index)?.scope.cancel();
  }

  /** They can be gone on with. */
  stopAll(): void {
    for (const entry of this.#inFlight.values()) {
      entry.isStopWanted = true;
      this.#passStopOn(entry);
    }
  }

  async #follow(input: TrialInput, entry: InFlight): Promise<TrialOutcome> {
    entry.handle = await startChild(trial, {
      workflowId: trialWorkflowId(workflowInfo().workflowId, input.trialId),
      args: [input],
      staticSummary: summaryOf(input),
      parentClosePolicy: ParentClosePolicy.TERMINATE,
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    });
    this.#passStopOn(entry);
    return entry.handle.result();
  }

  #passStopOn({ handle, isStopWanted }: InFlight): void {
    if (handle !== null && isStopWanted) {
      // Fails only where the trial has ended by itself in that moment; its outcome then says all there is to say.
      handle.signal(stopSignal).catch(() => undefined);
    }
  }
}

/** A trial that was terminated from outside has closed nothing: its run is found by its key, and closed here. */
const closeLost = async (input: TrialInput, ending: ReturnType<typeof failedEnding>) => {
  const { runId } = await openTrial({ ...input, mayReuse: false, startTimeMs: Date.now() });
  const { num_epochs: epochLimit } = input.settings.training;
  const closed = await closeTrial({ runId, epochLimit, result: null, ...ending, endTimeMs: Date.now() });
  return { runId, logged: closed?.logged ?? null };
};

const outcomeOfLost = async (input: TrialInput, error: unknown): Promise<TrialOutcome> => {
  const record = toRecord(error);
  const isCancelled = isCancellation(error);
  let runId: string | null = null;
  let logged: LoggedTraining | null = null;
  const unclosed = await tryToClose(`The MLflow run of ${input.trialId} is not closed`, async () => {
    ({ runId, logged } = await closeLost(input, failedEnding(isCancelled, record)));
  });
  return isCancelled
    ? { kind: 'cancelled', runId, result: null, unclosed, logged }
    : { kind: 'failed', runId, error: record, unclosed, logged };
};
