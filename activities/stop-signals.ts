/** Two ways for a step to end: after what it is at, or at once. */
import { CancelledFailure } from '@temporalio/common';

/** Reasons that the SDK gives: the workflow cancelled the step; its worker shuts down, nobody cancelled the step. */
const CANCELLED = 'CANCELLED';
export const WORKER_SHUTDOWN = 'WORKER_SHUTDOWN';

export interface StopSignals {
  /** The workflow cancelled the step: what runs may come to a good end. */
  readonly stopSignal: AbortSignal;
  /** The worker ends, or the attempt is not the current one any more. */
  readonly signal: AbortSignal;
}

/** @param shutdown of the worker; fires also after a cancellation, when the step's own signal cannot again */
export const splitCancellation = (cancellation: AbortSignal, shutdown: AbortSignal): StopSignals => {
  const stop = new AbortController();
  const end = new AbortController();
  const onCancelled = (): void => {
    const { reason } = cancellation;
    const isWorkflows = reason instanceof CancelledFailure && reason.message === CANCELLED;
    (isWorkflows ? stop : end).abort(reason);
  };
  if (cancellation.aborted) {
    onCancelled();
  } else {
    cancellation.addEventListener('abort', onCancelled, { once: true });
  }
  return { stopSignal: stop.signal, signal: AbortSignal.any([end.signal, shutdown]) };
};
