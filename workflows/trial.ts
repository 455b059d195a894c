/** The trial workflow: opens the run, trains, closes the run, whatever happens in between. */
import { ApplicationFailure, CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow';
import type { ErrorRecord } from '../contracts/errors.ts';
import { TAG } from '../contracts/names.ts';
import type { OpenTrialRequest, OpenTrialResult } from '../contracts/steps.ts';
import type { TrainingResult, TrialStatus } from '../contracts/trial.ts';
import { memoryFallbacks } from '../policy/memory-fallbacks.ts';
import { toRecord } from './failures.ts';
import { closeTrial, openTrial, trainTrial } from './steps.ts';

export type TrialInput = Omit<OpenTrialRequest, 'startTimeMs'>;

/** What the experiment learns of a trial. A failure is a value here: it must not fail the siblings. */
export interface TrialOutcome {
  readonly status: Extract<TrialStatus, 'completed' | 'cached' | 'failed' | 'cancelled'>;
  readonly runId: string | null;
  readonly result: TrainingResult | null;
  readonly error: ErrorRecord | null;
}

const isOutOfMemory = (error: unknown): boolean => toRecord(error).code === 'OUT_OF_MEMORY';

type OpenTrial = Extract<OpenTrialResult, { kind: 'open' }>;

const train = async (
  input: TrialInput,
  { runId, codeDigest }: OpenTrial,
): Promise<{ result: TrainingResult; note: string | null }> => {
  for (const { settings, device, note } of memoryFallbacks(input.settings)) {
    try {
      const trained = await trainTrial({
        runId,
        settings,
        device,
        datasetVersion: input.dataset.version,
        epochBudget: input.epochBudget,
        preflight: input.preflight,
        codeDigest,
      });
      if (trained.kind === 'stopped') {
        throw new CancelledFailure('the training was stopped');
      }
      return { result: trained.result, note };
    } catch (error) {
      if (isCancellation(error) || !isOutOfMemory(error) || device === 'cpu') {
        throw error;
      }
    }
  }
  throw ApplicationFailure.nonRetryable('no memory fallback left', 'INTERNAL');
};

export async function trial(input: TrialInput): Promise<TrialOutcome> {
  let runId: string | null = null;
  try {
    const opened = await openTrial({ ...input, startTimeMs: Date.now() });
    runId = opened.runId;
    if (opened.kind === 'cached') {
      return { status: 'cached', runId, result: opened.result, error: null };
    }
    const { result, note } = await train(input, opened);
    const tags = note === null ? {} : { [TAG.outOfMemory]: note };
    await closeTrial({ runId, status: 'FINISHED', result, tags, endTimeMs: Date.now() });
    return { status: 'completed', runId, result, error: null };
  } catch (error) {
    const isCancelled = isCancellation(error);
    const record = toRecord(error);
    const openRunId = runId;
    if (openRunId !== null) {
      await CancellationScope.nonCancellable(() =>
        closeTrial({
          runId: openRunId,
          status: isCancelled ? 'KILLED' : 'FAILED',
          result: null,
          tags: { 'tt.error_code': record.code, 'tt.error': record.message },
          endTimeMs: Date.now(),
        }),
      );
    }
    return { status: isCancelled ? 'cancelled' : 'failed', runId, result: null, error: record };
  }
}
