/** The trial workflow: opens the run of a trial, trains it up to the next rung, and closes the run where it ends. */
import { CancellationScope, isCancellation, setHandler } from '@temporalio/workflow';
import type { ErrorRecord } from '../contracts/errors.ts';
import { TAG } from '../contracts/names.ts';
import type { KnownReport } from '../contracts/rungs.ts';
import type { CloseTrialRequest, CloseTrialResult, OpenTrialRequest, TrainTrialResult } from '../contracts/steps.ts';
import type { LoggedTraining, TrainingResult } from '../contracts/trial.ts';
import { memoryFallbacks } from '../policy/memory-fallbacks.ts';
import { tryToClose } from './closing.ts';
import { toRecord } from './failures.ts';
import { stopSignal } from './messages.ts';
import { closeTrial, openTrial, trainTrial } from './steps.ts';

/** What one call to the next rung hands to the one after it. */
export interface OpenRun {
  readonly runId: string;
  /** Calls so far. */
  readonly calls: number;
  readonly codeDigest: string;
  /** Place in the list of memory fallbacks: what did not fit once is not tried again. */
  readonly fallback: number;
  /** A run whose checkpoint a training without one of its own begins from. */
  readonly warmStartRunId: string | null;
  /** Epochs after which the training would have ended by itself at the latest. */
  readonly epochLimit: number;
}

export interface TrialInput extends Omit<OpenTrialRequest, 'startTimeMs'> {
  /** Of an earlier rung; null: the trial begins. */
  readonly run: OpenRun | null;
  /** An equal trial that has shown all it has, and can be gone on from. */
  readonly warmStartRunId: string | null;
  readonly epochBudget: number;
  readonly isLastRung: boolean;
  readonly preflight: boolean;
}

/** What the experiment learns of it. A failure is a value here: it must not fail the siblings. */
export type TrialOutcome =
  | {
      readonly kind: 'known';
      readonly runId: string;
      readonly result: TrainingResult;
      readonly reports: readonly KnownReport[];
    }
  /** At the end of its budget. `isFinal`: its run is closed, there is nothing to go on with. */
  | { readonly kind: 'reported'; readonly run: OpenRun; readonly result: TrainingResult; readonly isFinal: boolean }
  /** Stopped on request after an epoch: can be gone on with. */
  | { readonly kind: 'stopped'; readonly run: OpenRun | null; readonly result: TrainingResult | null }
  | ({ readonly kind: 'cancelled'; readonly runId: string | null; readonly result: TrainingResult | null } & Closing)
  | ({ readonly kind: 'failed'; readonly runId: string | null; readonly error: ErrorRecord } & Closing);

interface Closing {
  /** What could not be closed, and why; null where all is. */
  readonly unclosed: string | null;
  /** Missing in histories of earlier versions. */
  readonly logged?: LoggedTraining | null;
}

interface Training {
  readonly outcome: TrainTrialResult;
  readonly run: OpenRun;
}

const NOTHING_TRAINED: TrainTrialResult = { kind: 'stopped', result: null };

/**
 * Asked to stop while it runs, a step ends its epoch and answers. It fails where it still waits for a slot, and where
 * its worker dies meanwhile: the server does not try a cancelled step again. Its checkpoint has what there is.
 */
const isStopped = (error: unknown): boolean =>
  isCancellation(error) || (CancellationScope.current().consideredCancelled && toRecord(error).code === 'TIMED_OUT');

const train = async (input: TrialInput, opened: OpenRun): Promise<Training> => {
  const fallbacks = memoryFallbacks(input.settings);
  for (let fallback = opened.fallback; ; fallback += 1) {
    const { settings, device } = fallbacks[fallback] ?? { settings: input.settings, device: 'cpu' as const };
    try {
      const outcome = await trainTrial({
        runId: opened.runId,
        call: opened.calls,
        settings,
        device,
        datasetVersion: input.dataset.version,
        epochBudget: input.epochBudget,
        preflight: input.preflight,
        codeDigest: opened.codeDigest,
        ...(opened.warmStartRunId === null ? {} : { warmStart: { runId: opened.warmStartRunId } }),
      });
      return { outcome, run: { ...opened, fallback } };
    } catch (error) {
      if (isStopped(error)) {
        return { outcome: NOTHING_TRAINED, run: { ...opened, fallback } };
      }
      if (toRecord(error).code !== 'OUT_OF_MEMORY' || fallback + 1 >= fallbacks.length) {
        throw error;
      }
    }
  }
};

type Ending = Omit<CloseTrialRequest, 'endTimeMs' | 'epochLimit' | 'metric'>;

const close = (input: TrialInput, ending: Ending): Promise<CloseTrialResult | undefined> =>
  CancellationScope.nonCancellable(() =>
    closeTrial({
      ...ending,
      metric: input.metric,
      epochLimit: input.settings.training.num_epochs,
      endTimeMs: Date.now(),
    }),
  );

/** For a trial that has no result to lose. */
const closeIfPossible = async (input: TrialInput, ending: Ending): Promise<Closing> => {
  let logged: LoggedTraining | null = null;
  const unclosed = await tryToClose(`The MLflow run ${ending.runId} of ${input.trialId} is not closed`, async () => {
    logged = (await close(input, ending))?.logged ?? null;
  });
  return { unclosed, logged };
};

/** How the run of a trial without a result ends. */
export const failedEnding = (
  isCancelled: boolean,
  { code, message }: ErrorRecord,
): Pick<CloseTrialRequest, 'status' | 'trialStatus' | 'tags'> =>
  isCancelled
    ? { status: 'KILLED', trialStatus: 'cancelled', tags: {} }
    : { status: 'FAILED', trialStatus: 'failed', tags: { 'tt.error_code': code, 'tt.error': message } };

/** What the run says of a training that did not fit into memory as asked for. */
const fallbackTags = (input: TrialInput, { fallback }: OpenRun): Readonly<Record<string, string>> => {
  const note = memoryFallbacks(input.settings)[fallback]?.note ?? null;
  return note === null ? {} : { [TAG.outOfMemory]: note };
};

const conclude = async (input: TrialInput, { outcome, run }: Training, isCancelled: boolean): Promise<TrialOutcome> => {
  const tags = fallbackTags(input, run);
  const { runId } = run;
  const { result } = outcome;
  if (outcome.kind === 'trained') {
    const isFinal = input.isLastRung || outcome.result.epochs < input.epochBudget;
    if (isFinal) {
      await close(input, { runId, status: 'FINISHED', trialStatus: 'completed', result, tags });
    }
    if (isFinal || !isCancelled) {
      return { kind: 'reported', run, result: outcome.result, isFinal };
    }
  }
  if (!isCancelled) {
    return { kind: 'stopped', run, result };
  }
  const ending = { runId, status: 'KILLED', trialStatus: 'cancelled', result, tags } as const;
  return { kind: 'cancelled', runId, result, ...(await closeIfPossible(input, ending)) };
};

export async function trial(input: TrialInput): Promise<TrialOutcome> {
  const root = CancellationScope.current();
  const training = new CancellationScope();
  setHandler(stopSignal, () => training.cancel());
  let run = input.run;
  try {
    if (run === null) {
      const opened = await openTrial({ ...input, startTimeMs: Date.now() });
      if (opened.kind === 'known') {
        return opened;
      }
      run = {
        runId: opened.runId,
        calls: 0,
        codeDigest: opened.codeDigest,
        fallback: 0,
        warmStartRunId: input.warmStartRunId ?? opened.warmStartRunId,
        epochLimit: input.settings.training.num_epochs,
      };
    }
    const openRun = { ...run, calls: run.calls + 1 };
    const trained = await training.run(() => train(input, openRun));
    return await conclude(input, trained, root.consideredCancelled);
  } catch (error) {
    const runId = run?.runId ?? null;
    const isCancelled = isCancellation(error);
    const record = toRecord(error);
    const closing =
      runId === null
        ? { unclosed: null }
        : await closeIfPossible(input, { runId, result: null, ...failedEnding(isCancelled, record) });
    return isCancelled
      ? { kind: 'cancelled', runId, result: null, ...closing }
      : { kind: 'failed', runId, error: record, ...closing };
  }
}
